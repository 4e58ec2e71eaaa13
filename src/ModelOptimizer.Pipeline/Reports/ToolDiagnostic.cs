using ModelOptimizer.Pipeline.Reports;

namespace ModelOptimizer.Build;

/// <summary>The contract's diagnostic and the product's.</summary>
internal sealed partial record ToolDiagnostic
{
    public static ToolDiagnostic Of(Diagnostic diagnostic)
    {
        var (severity, code, file, line, column, message) = DiagnosticDocument.Of(diagnostic);
        return new ToolDiagnostic(severity, code, file, line, column, message);
    }

    public Diagnostic Restore() => new(
        Code,
        Severity switch
        {
            Error => DiagnosticSeverity.Error,
            Warning => DiagnosticSeverity.Warning,
            _ => DiagnosticSeverity.Note,
        },
        Message,
        File.Length == 0 ? null : new SourcePosition(File, Line, Column));
}
