using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Tool.Tests;

/// <summary>Runs that never happened, with names that are hard on tables.</summary>
internal static class SampleReports
{
    public static RunResult Passed(string folder) => Result(folder, GateOutcome.Passed, 0);

    public static RunResult Failed(string folder) => Result(folder, GateOutcome.Undecided, 1);

    private static RunResult Result(string folder, GateOutcome outcome, int exitCode)
    {
        var gate = new GatePlan
        {
            Metric = "top1",
            Bound = GateBound.MaxDrop,
            Limit = new Quantity(0.005, true, "0.5%"),
            Severity = DiagnosticSeverity.Error,
            Confidence = 0.95,
            Position = new SourcePosition(Path.Combine(folder, "modelopt.yaml"), 21, 9),
        };
        var verdict = new GateVerdict(
            gate,
            outcome,
            0.002,
            0.005,
            (double.NegativeInfinity, 0.0041),
            "`top1: { max-drop: 0.5% }` holds: top1 fell by 0.20 points from 98.90 % to 98.70 % on 2,000 samples."
        );
        var size = new GateVerdict(
            gate with { Metric = "size", Bound = GateBound.Max, Limit = new Quantity(0.45, true, "45%") },
            GateOutcome.Passed,
            0.384,
            0.005,
            null,
            "`size: { max: 45% }` holds: size is 181.0 KB (38.4 % of 471.2 KB).");
        var report = new ModelReport
        {
            Name = "digits",
            Source = Path.Combine(folder, "models", "digits.onnx"),
            Output = exitCode == 0 ? Path.Combine(folder, "models", "digits.compressed.onnx") : null,
            OutputSha256 = "00ff",
            ReportFile = Path.Combine(folder, "models", "digits.compressed.report.html"),
            Before = new ModelCost(471_200, 115_690, 4_213_760),
            After = new ModelCost(181_000, 44_210, null),
            Metrics = [new MetricPair("top1", 0.989, 0.987, 2000), new MetricPair("mse", double.NaN, 0.000123456, 2000)],
            OutputErrors = new OutputErrors { Dataset = "digits-test", Samples = 256, Outputs = [new OutputError("scores", 0.0213, 0.99977)] },
            Steps =
            [
                new StepReport(
                    "tucker",
                    [
                        new LayerOutcome
                        {
                            Layer = "/conv1/Conv[0]",
                            ParametersBefore = 432,
                            ParametersAfter = 432,
                            SkipReason = "excluded by the layer rules",
                        },
                        new LayerOutcome
                        {
                            Layer = "/stage2/a/very/long/name/that/an/exporter/made/conv2/Conv",
                            ParametersBefore = 36_864,
                            ParametersAfter = 9_216,
                            Ranks = [16, 24],
                            RelativeError = 0.04321,
                            Note = "bn: folded",
                        },
                    ],
                    [],
                    [new Certificate("model", "change of the outputs", 0.0104, "measured")]),
            ],
            Times = [new LayerTime("/stage2/a/very/long/name/that/an/exporter/made/conv2/Conv", 0.6123, 0.59, 0.63, 41e-6, 25e-6, false)],
            Gates = [verdict, size],
            DeviceClass = "cpu/x64/avx512+ort1.29.0",
        };
        Diagnostic[] diagnostics = exitCode == 0 ? [] : [new Diagnostic("MOC4002", DiagnosticSeverity.Error, "`top1` is undecided.", gate.Position)];
        return new RunResult([report], diagnostics, [], exitCode);
    }
}
