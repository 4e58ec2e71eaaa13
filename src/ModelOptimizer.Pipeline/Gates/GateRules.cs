using System.Globalization;
using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Gates;

/// <summary>Which gates make sense.</summary>
internal static class GateRules
{
    /// <summary>Model file plus external data, in bytes.</summary>
    public const string Size = "size";

    /// <summary>Bytes that the build adds to the application.</summary>
    public const string Shipped = "shipped";

    /// <summary>Number of weights.</summary>
    public const string Parameters = "params";

    /// <summary>Multiply-adds of one sample.</summary>
    public const string Macs = "macs";

    /// <summary>Time of one run against the original's.</summary>
    public const string Latency = "latency";

    /// <summary>How far the outputs are from the original's, on whatever samples there are.</summary>
    public const string OutputError = "output-error";

    /// <summary>What a model costs, which needs no data.</summary>
    public static IReadOnlyList<string> Costs { get; } = [Size, Shipped, Parameters, Macs, Latency];

    /// <summary>Everything that can be gated: the metrics of <see cref="MetricCatalogue"/>, <see cref="OutputError"/> and <see cref="Costs"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. MetricCatalogue.All.Select(metric => metric.Name), OutputError, .. Costs];

    /// <summary>Whether <paramref name="gate"/> is decided on samples of the dataset of <c>evaluate</c>, by its metrics.</summary>
    public static bool IsOnSamples(GatePlan gate) => !gate.IsByCommand && gate.Metric != OutputError && !Costs.Contains(gate.Metric);

    /// <summary>One line on what is no metric of the catalogue.</summary>
    public static string Summary(string name) =>
        name switch
        {
            Size => "bytes of the model file plus external data",
            Shipped =>
                "bytes that the build adds to the application: the resource as `embed: { compression: … }` packs it, or the copied file; without `embed`, the "
                    + "file under Brotli. In percent: of the original file",
            Parameters => "number of weights",
            OutputError =>
                "relative error ‖y − ŷ‖ / ‖y‖ of the output that is furthest from the original's, on up to 256 samples: those of `evaluate`, else of "
                    + "`calibrate`; where that says `random`, others than the methods saw",
            Macs => "multiply-adds of one sample",
            _ => "time of one run against the original's, the median of interleaved runs",
        };

    /// <summary>Why <paramref name="gate"/> has no meaning or more than one, and how to write it; null for a good gate.</summary>
    public static string? Problem(GatePlan gate)
    {
        if (gate.Confidence is < 0.5 or >= 1 or double.NaN)
        {
            return "'confidence' must be at least 50% and less than 100%, or 'none'";
        }

        return gate.Metric switch
        {
            _ when gate.IsByCommand => CommandProblem(gate),
            Size or Shipped or Parameters or Macs or OutputError => CostProblem(gate),
            Latency => CostProblem(gate)
                ?? (gate.Limit.IsPercent ? null : "'latency' is measured against the original: write a percentage, such as 'max: 90%'"),
            _ when MetricCatalogue.TryGet(gate.Metric, out var metric) => MetricProblem(gate, metric),
            _ => $"there is no metric '{gate.Metric}'; there are {string.Join(", ", Names)}, and topK for any K",
        };
    }

    private static string? CostProblem(GatePlan gate)
    {
        if (gate.Bound != GateBound.Max)
        {
            return $"'{gate.Metric}' takes 'max', not '{gate.Bound.Word()}'";
        }

        return gate.Limit.Value > 0 ? null : $"'{gate.Metric}' needs a limit above 0";
    }

    private static string? CommandProblem(GatePlan gate)
    {
        if (!double.IsFinite(gate.Limit.Value))
        {
            return "the limit must be a finite number";
        }

        return gate.Bound is not (GateBound.MaxDrop or GateBound.MaxRise) ? null
            : gate.Limit.Value < 0 ? $"a '{gate.Bound.Word()}' is 0 or more"
            : gate.Confidence is null ? null
            : $"'{gate.Metric}' is a number that a command prints, without the samples that a confidence is computed from: write '{{ {gate.Bound.Word()}: "
                + $"{gate.Limit.Text}, confidence: none }}', so that the measured numbers decide";
    }

    private static string? MetricProblem(GatePlan gate, IMetric metric)
    {
        var (name, limit) = (metric.Name, gate.Limit);
        if (!double.IsFinite(limit.Value))
        {
            return "the limit must be a finite number";
        }

        if (gate.Bound == GateBound.MaxDrop && !metric.MoreIsBetter)
        {
            return $"less '{name}' is better: write 'max-rise' instead of 'max-drop'";
        }

        if (gate.Bound == GateBound.MaxRise && metric.MoreIsBetter)
        {
            return $"more '{name}' is better: write 'max-drop' instead of 'max-rise'";
        }

        var isChange = gate.Bound is GateBound.MaxDrop or GateBound.MaxRise;
        if (isChange && limit.Value < 0)
        {
            return $"a '{gate.Bound.Word()}' is 0 or more";
        }

        return metric.IsBounded ? BoundedProblem(gate, name, isChange) : UnboundedProblem(metric, limit);
    }

    private static string? BoundedProblem(GatePlan gate, string name, bool isChange)
    {
        var (limit, word) = (gate.Limit, gate.Bound.Word());
        if (limit.IsPercent)
        {
            return limit.Value <= 1 ? null : $"'{name}' is at most 100%";
        }

        var text = limit.Value.ToString(CultureInfo.InvariantCulture);
        var fraction = (limit.Value * 100).ToString("0.######", CultureInfo.InvariantCulture);
        if (isChange ? limit.Value != 0 : limit.Value == 1)
        {
            return $"'{word}: {text}' could be {text} points or {fraction}: write '{word}: {text}%' or '{word}: {fraction}%'";
        }

        return limit.Value <= 1 ? null : $"'{name}' is at most 1: write '{word}: {text}%'";
    }

    private static string? UnboundedProblem(IMetric metric, Quantity limit) => limit.IsPercent && metric.IsFidelity
        ? $"'{metric.Name}' compares with the original's outputs, so the original has no '{metric.Name}' to take {limit.Text} of: write a plain number"
        : null;
}
