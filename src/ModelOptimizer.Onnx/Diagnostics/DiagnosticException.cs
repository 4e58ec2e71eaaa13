namespace ModelOptimizer.Diagnostics;

/// <summary>Ends a run with one error that the user can act on.</summary>
public sealed class DiagnosticException : Exception
{
    /// <summary>Ends a run with <paramref name="diagnostic"/>.</summary>
    public DiagnosticException(Diagnostic diagnostic, Exception? inner = null)
        : base(diagnostic.Message, inner)
    {
        Diagnostic = diagnostic;
    }

    /// <summary>Ends a run with an error at <paramref name="position"/>.</summary>
    public DiagnosticException(string code, string message, SourcePosition? position = null, Exception? inner = null)
        : this(new Diagnostic(code, DiagnosticSeverity.Error, message, position), inner)
    {
    }

    /// <summary>What is shown to the user.</summary>
    public Diagnostic Diagnostic { get; }
}
