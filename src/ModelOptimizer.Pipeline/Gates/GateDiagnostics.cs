namespace ModelOptimizer.Pipeline.Gates;

/// <summary>Verdicts as diagnostics at the gate's line.</summary>
internal static class GateDiagnostics
{
    /// <summary>The diagnostic of a gate that did not pass; null for one that did.</summary>
    /// <param name="verdict">The verdict.</param>
    /// <param name="gatesAreWarnings">Whether the build asked for warnings (<c>ModelOptimizerSeverity=warning</c>); <c>verify</c> passes false.</param>
    public static Diagnostic? From(GateVerdict verdict, bool gatesAreWarnings) => verdict.Code is null
        ? null
        : new Diagnostic(verdict.Code, gatesAreWarnings ? DiagnosticSeverity.Warning : verdict.Gate!.Severity, verdict.Message, verdict.Gate!.Position);
}
