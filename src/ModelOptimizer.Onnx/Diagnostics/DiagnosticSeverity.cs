namespace ModelOptimizer.Diagnostics;

/// <summary>How much a <see cref="Diagnostic"/> matters.</summary>
public enum DiagnosticSeverity
{
    /// <summary>Worth knowing; nothing to do.</summary>
    Note,

    /// <summary>Something is probably not as the user wants it; the run goes on.</summary>
    Warning,

    /// <summary>The run fails.</summary>
    Error,
}
