using System.Globalization;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Metrics;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Tests.Gates;

/// <summary>Gates and what was measured, in few words.</summary>
internal static class Given
{
    private static readonly Dictionary<string, double> Units = new() { ["%"] = 0.01, ["KB"] = 1000, ["MB"] = 1e6, ["B"] = 1 };

    /// <summary><c>top1 max-drop 0.5%</c>.</summary>
    public static GatePlan Gate(string text, double? confidence = 0.95)
    {
        var words = text.Split(' ', 3);
        var number = new string([.. words[2].TakeWhile(letter => char.IsAsciiDigit(letter) || letter is '.' or '-')]);
        var unit = words[2][number.Length..].Trim();
        var value = double.Parse(number, CultureInfo.InvariantCulture);
        return new GatePlan
        {
            Metric = words[0],
            Bound = Enum.GetValues<GateBound>().Single(bound => bound.Word() == words[1]),
            Limit = new Quantity(unit == "%" ? value / 100 : value * Units.GetValueOrDefault(unit, 1), unit == "%", words[2]),
            Severity = DiagnosticSeverity.Error,
            Confidence = confidence,
            Position = new SourcePosition("modelopt.yaml", 12, 9),
        };
    }

    /// <summary>Nothing measured but 228.9 KB made 103.2 KB.</summary>
    public static GateEvidence Evidence() => new()
    {
        Before = new ModelCost(228_900, 56_000, 4_000_000),
        After = new ModelCost(103_200, 25_000, 1_500_000),
        Seed = 1,
    };

    /// <summary>A metric of 0 and 1.</summary>
    public static GateEvidence Counts(string metric, int samples, int bothRight, int lost, int gained)
    {
        double[] Right(int only, int skip) =>
            [
                .. Enumerable.Repeat(1.0, bothRight),
                .. Enumerable.Repeat(0.0, skip),
                .. Enumerable.Repeat(1.0, only),
                .. Enumerable.Repeat(0.0, samples - bothRight - skip - only),
            ];
        return Scores(metric, Right(lost, 0), Right(gained, lost));
    }

    /// <summary>A fidelity metric with these scores.</summary>
    public static GateEvidence Fidelity(string metric, IEnumerable<double> scores)
    {
        double[] compressed = [.. scores];
        return Scores(metric, Array.ConvertAll(compressed, _ => ((ISampleMetric)Metric(metric)).Perfect), compressed);
    }

    /// <summary>A metric with these scores.</summary>
    public static GateEvidence Scores(string metric, double[] original, double[] compressed, string? problem = null) =>
        Evidence() with { Evaluation = new EvaluationResult(compressed.Length, [new MetricScores(Metric(metric), original, compressed, problem)]) };

    /// <summary>A metric of all samples together, of these rows.</summary>
    public static GateEvidence Joint(string metric, double[][] original, double[][] compressed) =>
        Evidence() with
        {
            Evaluation = new EvaluationResult(
                compressed.Length,
                [new MetricScores(Metric(metric), [], []) { Joint = new JointScores((IJointMetric)Metric(metric), original, compressed) }]
            ),
        };

    /// <summary>A latency with an interval of ± 1 point.</summary>
    public static GateEvidence Latency(double ratio) =>
        Evidence() with { Latency = new LatencyResult(ratio, ratio - 0.01, ratio + 0.01, 1.5e-3, ratio * 1.5e-3, 41) };

    private static IMetric Metric(string name) => MetricCatalogue.TryGet(name, out var metric) ? metric : throw new ArgumentException(name);
}
