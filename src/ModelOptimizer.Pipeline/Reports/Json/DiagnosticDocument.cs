namespace ModelOptimizer.Pipeline.Reports;

/// <summary>A <see cref="Diagnostic"/> as JSON.</summary>
/// <param name="Severity"><c>error</c>, <c>warning</c> or <c>note</c>.</param>
/// <param name="Code">Such as <c>MOC4001</c>.</param>
/// <param name="File">Absolute path; empty when there is no place.</param>
/// <param name="Line">From 1; 0 for the file as a whole.</param>
/// <param name="Column">From 1; 0 for the file as a whole.</param>
/// <param name="Message">What is wrong and what to do.</param>
internal sealed record DiagnosticDocument(string Severity, string Code, string File, int Line, int Column, string Message)
{
    public static DiagnosticDocument Of(Diagnostic diagnostic) => new(
        diagnostic.Severity switch
        {
            DiagnosticSeverity.Error => ToolDiagnostic.Error,
            DiagnosticSeverity.Warning => ToolDiagnostic.Warning,
            _ => ToolDiagnostic.Note,
        },
        diagnostic.Code,
        diagnostic.Position?.File ?? "",
        diagnostic.Position?.Line ?? 0,
        diagnostic.Position?.Column ?? 0,
        diagnostic.Message);
}
