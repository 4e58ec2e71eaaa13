namespace ModelOptimizer.Diagnostics;

/// <summary>
/// One thing to tell the user: a code (<c>MOC1xxx</c> manifest, <c>MOC2xxx</c> model, <c>MOC3xxx</c> data, <c>MOC4xxx</c> gates,
/// <c>MOC5xxx</c> device and runtime, <c>MOC9xxx</c> internal), the place, what was expected, what was found and what to do.
/// </summary>
public sealed record Diagnostic(string Code, DiagnosticSeverity Severity, string Message, SourcePosition? Position = null)
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
