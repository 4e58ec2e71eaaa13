namespace ModelOptimizer.Diagnostics;

/// <summary>Ends a run with one error that the user can act on.</summary>
internal sealed class DiagnosticException : Exception
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

/// <summary>
/// One thing to tell the user: a code (<c>MOC1xxx</c> manifest, <c>MOC2xxx</c> model, <c>MOC3xxx</c> data, <c>MOC4xxx</c> gates,
/// <c>MOC5xxx</c> device and runtime, <c>MOC9xxx</c> internal), the place, what was expected, what was found and what to do.
/// </summary>
internal sealed record Diagnostic(string Code, DiagnosticSeverity Severity, string Message, SourcePosition? Position = null)
{
    /// <summary>MSBuild's canonical form: <c>file(line,column): error CODE: message</c>.</summary>
    public override string ToString()
    {
        var severity = Severity switch
        {
            DiagnosticSeverity.Error => "error",
            DiagnosticSeverity.Warning => "warning",
            _ => "note",
        };
        var place = Position switch
        {
            null => "",
            { Line: 0 } => Position.File + ": ",
            _ => $"{Position.File}({Position.Line},{Position.Column}): ",
        };
        return $"{place}{severity} {Code}: {Message}";
    }
}

/// <summary>How much a <see cref="Diagnostic"/> matters.</summary>
internal enum DiagnosticSeverity
{
    /// <summary>Worth knowing; nothing to do.</summary>
    Note,

    /// <summary>Something is probably not as the user wants it; the run goes on.</summary>
    Warning,

    /// <summary>The run fails.</summary>
    Error,
}

/// <summary>A place in a file; line and column start at 1, and 0 means the file as a whole.</summary>
internal sealed record SourcePosition(string File, int Line = 0, int Column = 0);
