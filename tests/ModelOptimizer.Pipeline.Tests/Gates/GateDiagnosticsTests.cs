using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Tests.Gates;

public class GateDiagnosticsTests
{
    [Fact]
    public void A_Gate_That_Passed_Says_Nothing() => GateDiagnostics.From(Verdict("size max 50%"), gatesAreWarnings: false).ShouldBeNull();

    [Theory]
    [InlineData(DiagnosticSeverity.Error, false, DiagnosticSeverity.Error)]
    [InlineData(DiagnosticSeverity.Error, true, DiagnosticSeverity.Warning)]
    [InlineData(DiagnosticSeverity.Warning, false, DiagnosticSeverity.Warning)]
    [InlineData(DiagnosticSeverity.Warning, true, DiagnosticSeverity.Warning)]
    internal void A_Failed_Gate_Is_An_Error_Unless_It_Or_The_Build_Says_Otherwise(
        DiagnosticSeverity written,
        bool gatesAreWarnings,
        DiagnosticSeverity expected
    )
    {
        var diagnostic = GateDiagnostics.From(Verdict("size max 10%", written), gatesAreWarnings).ShouldNotBeNull();

        diagnostic.Severity.ShouldBe(expected);
        diagnostic.Code.ShouldBe("MOC4001");
        diagnostic.Position.ShouldBe(new SourcePosition("modelopt.yaml", 12, 9));
    }

    [Theory]
    [InlineData("top1 max-drop 0.5%", 0, "MOC4002")]
    [InlineData("top5 min 90%", 0, "MOC4003")]
    [InlineData("top1 max-drop 0.5%", 3, "MOC4004")]
    public void Every_Reason_Has_Its_Code(string gate, int overlap, string code)
    {
        var evidence = Given.Counts("top1", 2000, 1940, 9, 2) with { Overlap = overlap };

        GateDiagnostics.From(GateKeeper.Decide(Given.Gate(gate), evidence), gatesAreWarnings: false).ShouldNotBeNull().Code.ShouldBe(code);
    }

    private static GateVerdict Verdict(string gate, DiagnosticSeverity severity = DiagnosticSeverity.Error) =>
        GateKeeper.Decide(Given.Gate(gate) with { Severity = severity }, Given.Evidence());
}
