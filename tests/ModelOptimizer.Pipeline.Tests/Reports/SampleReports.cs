using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Pipeline.Tests.Reports;

/// <summary>Reports of runs that never happened.</summary>
internal static class SampleReports
{
    private const string Folder = "/work";

    public static string Manifest => Folder + "/modelopt.yaml";

    /// <summary>Twenty-five layers, found by a search, timed layer by layer.</summary>
    public static ModelReport Searched { get; } =
        new()
        {
            Name = "cifar-resnet20",
            Source = Folder + "/models/cifar_resnet20.onnx",
            SourceSha256 = "9f2c4e0c6f0a4b0e8a1d6d2d7c5f3b1a9e8d7c6b5a4938271605f4e3d2c1b0a9",
            Output = Folder + "/models/cifar_resnet20.compressed.onnx",
            OutputSha256 = "1b3d5f7092b4d6f8a0c2e4f6081a3c5e7092b4d6f8a0c2e4f6081a3c5e709214",
            ReportFile = Folder + "/models/cifar_resnet20.compressed.report.html",
            Before = new ModelCost(1_109_834, 272_474, 40_813_184),
            After = new ModelCost(421_310, 101_222, 17_204_992),
            Metrics = [new MetricPair("top1", 0.926, 0.9204, 5000), new MetricPair("cosine", double.NaN, 0.98713, 5000)],
            OutputErrors = new OutputErrors
            {
                Dataset = "test-5000-jpeg",
                Samples = 256,
                Outputs = [new OutputError("scores", 0.1604, 0.98713), new OutputError("features", 0.412, 0.9202)],
            },
            Steps = [SampleLayers.Tucker, SampleLayers.Distilled],
            Decisions = DecisionSource.Search,
            DecidedByTime = true,
            RankMultiple = 4,
            Times = SampleLayers.Times,
            Search = SampleSearch.Trace,
            Gates =
            [
                Verdict(
                    "top1",
                    GateBound.MaxDrop,
                    0.01,
                    "1%",
                    GateOutcome.Passed,
                    0.0056,
                    (double.NegativeInfinity, 0.0093),
                    "top1 fell by 0.56 points from 92.60 % to 92.04 % on 5,000 samples (84 got worse, 56 better), and the true drop is at most 0.93 points at "
                        + "95 % confidence"
                ),
                Verdict(
                    "cosine",
                    GateBound.Min,
                    0.98,
                    "98%",
                    GateOutcome.Passed,
                    0.98713,
                    (0.98611, 0.98805),
                    "cosine is 98.71 % on 5,000 samples (95 % interval 98.61 % to 98.81 %)"
                ),
                Verdict("size", GateBound.Max, 0.4, "40%", GateOutcome.Passed, 0.3796, null, "size is 421.3 KB (38.0 % of 1.1 MB)"),
                Verdict(
                    "latency",
                    GateBound.Max,
                    0.7,
                    "70%",
                    GateOutcome.Failed,
                    0.7421,
                    (0.731, 0.7562),
                    "the compressed model takes 74.21 % of the original's time (95 % interval 73.1 to 75.6 %; 1.113 ms against 1.5 ms, 200 interleaved pairs "
                        + "of runs)",
                    DiagnosticSeverity.Warning
                ),
            ],
            CalibratedOn = new DataUse("cifar-train", 512),
            EvaluatedOn = new DataUse("test-5000-jpeg", null),
            DeviceClass = "cpu/x64/avx512+ort1.29.0",
        };

    /// <summary>One step, ranks from the manifest, a gate that the samples do not decide, nothing written.</summary>
    public static ModelReport Small { get; } =
        new()
        {
            Name = "digits",
            Source = Folder + "/models/digits.onnx",
            OutputSha256 = "00ff",
            Before = new ModelCost(471_200, 115_690, 4_213_760),
            After = new ModelCost(181_000, 44_210, null),
            Metrics = [new MetricPair("top1", 0.989, 0.9868, 1000)],
            OutputErrors = new OutputErrors { Dataset = "digits-test", Samples = 256, Outputs = [new OutputError("scores", 0.0213, 0.99977)] },
            Steps = [SampleLayers.Small],
            Gates =
            [
                Verdict(
                    "top1",
                    GateBound.MaxDrop,
                    0.005,
                    "0.5%",
                    GateOutcome.Undecided,
                    0.0022,
                    (double.NegativeInfinity, 0.0081),
                    "top1 fell by 0.22 points from 98.90 % to 98.68 % on 1,000 samples, and the true drop is at most 0.81 points at 95 % confidence; about "
                        + "4,100 samples like these would decide it"
                ),
                Verdict("size", GateBound.Max, 250_000, "250 KB", GateOutcome.Passed, 181_000, null, "size is 181.0 KB (38.4 % of 471.2 KB)"),
            ],
            EvaluatedOn = new DataUse("digits-test", 1000),
            CalibratedOn = new DataUse(null, 64),
            DeviceClass = "webgpu/some-gpu+ort1.29.0",
            Placement = new NodePlacement(2, ["Gather", "Shape"]),
        };

    /// <summary>The searched model with the least that shows every field.</summary>
    public static ModelReport Brief { get; } =
        Searched with
        {
            DeviceClass = "webgpu/some-gpu+ort1.29.0",
            DeviceNote = "webgpu chosen by auto; cuda: the library libcudart.so.13 is missing",
            Placement = new NodePlacement(2, ["Gather", "Shape"]),
            Steps =
            [
                SampleLayers.Tucker with
                {
                    Layers = [.. SampleLayers.Tucker.Layers.Take(2)],
                    Series = [SampleLayers.Tucker.Series[1] with { Points = [.. SampleLayers.Tucker.Series[1].Points.Take(2)] }],
                },
                SampleLayers.Distilled with
                {
                    Series = [],
                    Certificates = [SampleLayers.Distilled.Certificates[0]],
                },
            ],
            Times = [SampleLayers.Times[0]],
            Search = SampleSearch.Trace with { Candidates = [SampleSearch.Trace.Candidates[0], SampleSearch.Trace.Candidates[^1]] },
        };

    /// <summary>The least that a report can hold, and numbers that are none.</summary>
    public static ModelReport Empty { get; } = new()
    {
        Name = "",
        Source = Folder + "/m.onnx",
        OutputSha256 = "",
        Before = new ModelCost(0, 0, null),
        After = new ModelCost(0, 0, null),
        Metrics = [],
        Steps = [],
        Gates = [],
        DeviceClass = "",
    };

    public static ReportDocument Document(ModelReport report) => ReportDocument.Of(report, "0.1.0", Manifest);

    public static GateVerdict Verdict(
        string metric,
        GateBound bound,
        double limit,
        string text,
        GateOutcome outcome,
        double measured,
        (double Lower, double Upper)? interval,
        string message,
        DiagnosticSeverity severity = DiagnosticSeverity.Error)
    {
        var gate = new GatePlan
        {
            Metric = metric,
            Bound = bound,
            Limit = new Quantity(limit, text.EndsWith('%'), text),
            Severity = severity,
            Confidence = 0.95,
            Position = new SourcePosition(Manifest, 21, 9),
        };
        return new GateVerdict(gate, outcome, measured, limit, interval, message);
    }
}
