using System.Text.Json.Serialization;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Pipeline.Results;

/// <summary>
/// What happened to one model. It is the <c>model</c> of <c>report.json</c> and of <c>--json</c> word for word, so properties are added, never renamed or
/// moved; the cache keeps it too, without what depends on where the manifest lies.
/// </summary>
internal sealed record ModelReport
{
    /// <summary>The model's key in the manifest.</summary>
    public string Name { get; init; } = "";

    /// <summary>One word for all gates: one of <see cref="Verdicts"/>.</summary>
    public string Verdict => Verdicts.Of(Gates);

    /// <summary>The original's path.</summary>
    public string Source { get; init; } = "";

    /// <summary>SHA-256 of the original, lower-case hexadecimal; null when nobody computed it.</summary>
    public string? SourceSha256 { get; init; }

    /// <summary>Where the compressed model is; null when a gate failed and nothing was written.</summary>
    public string? Output { get; init; }

    /// <summary>SHA-256 of the compressed model, lower-case hexadecimal.</summary>
    public required string OutputSha256 { get; init; }

    /// <summary>The report for people, an HTML file with a <c>.md</c> and a <c>.json</c> of the same name beside it; null when none was written.</summary>
    [JsonPropertyName("report")]
    public string? ReportFile { get; init; }

    /// <summary>Where it ran: provider, device and runtime version in one word.</summary>
    public required string DeviceClass { get; init; }

    /// <summary>One line: which device was chosen and why the others were not; null when nobody says.</summary>
    public string? DeviceNote { get; init; }

    /// <summary>Which nodes of the compressed model the device left to the CPU; null on the CPU.</summary>
    public NodePlacement? Placement { get; init; }

    /// <summary>Whether the result came from the cache; null in a report's file, which is the same either way.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? FromCache { get; init; } = false;

    /// <summary>Where the ranks come from.</summary>
    public DecisionSource Decisions { get; init; }

    /// <summary>Whether measured times had a say in the model, so that another run may come out differently unless a lock file holds the decisions.</summary>
    public bool DecidedByTime { get; init; }

    /// <summary>What chosen ranks are multiples of, by measured time; 1 when time had no say.</summary>
    public int RankMultiple { get; init; } = 1;

    /// <summary>What the methods learned the activations from.</summary>
    public DataUse? CalibratedOn { get; init; }

    /// <summary>What the final metrics were measured on.</summary>
    public DataUse? EvaluatedOn { get; init; }

    /// <summary>How many searches have looked at the samples of the gates, this one counted, as far as the lock file knows; 0 where none has.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Looks { get; init; }

    /// <summary>Bytes, weights and multiply-adds of the original.</summary>
    public required ModelCost Before { get; init; }

    /// <summary>Those of the compressed model.</summary>
    public required ModelCost After { get; init; }

    /// <summary>Bytes of the original that were neither weight nor structure and went before the first step; 0 where nothing did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Stripped { get; init; }

    /// <summary>Metrics of both on the same samples, those of gates included.</summary>
    public required IReadOnlyList<MetricPair> Metrics { get; init; }

    /// <summary>How far the outputs are from the original's; null in reports of versions that did not look.</summary>
    public OutputErrors? OutputErrors { get; init; }

    /// <summary>What every gate said, in the manifest's order.</summary>
    public required IReadOnlyList<GateVerdict> Gates { get; init; }

    /// <summary>What every step did, in order.</summary>
    public required IReadOnlyList<StepReport> Steps { get; init; }

    /// <summary>Measured times of the rewritten layers; empty when nobody asked for them.</summary>
    public IReadOnlyList<LayerTime> Times { get; init; } = [];

    /// <summary>The search that found the ranks; null when there was none.</summary>
    public SearchTrace? Search { get; init; }

    /// <summary>How the build ships it.</summary>
    [JsonIgnore]
    public EmbedPlan? Embed { get; init; }
}

/// <summary>Where a model's ranks come from.</summary>
internal enum DecisionSource
{
    /// <summary>The manifest gives them, or the budget that a method works out.</summary>
    Manifest,

    /// <summary>A search under the gates (<c>budget: auto</c>).</summary>
    Search,

    /// <summary>The lock file.</summary>
    Lock,
}

/// <summary>What one step of <c>compress:</c> did.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Layers">What it did to every layer it was asked to look at.</param>
/// <param name="Series">Lines for the report's plots.</param>
/// <param name="Certificates">What it proves.</param>
internal sealed record StepReport(string Method, IReadOnlyList<LayerOutcome> Layers, IReadOnlyList<Series> Series, IReadOnlyList<Certificate> Certificates)
{
    /// <summary>The steps of a training where time decided their number; null otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? StepsByTime { get; init; }

    /// <summary>What leads to the same result again, by layer; a number of steps goes by <see cref="Choice.Steps.WholeModel"/>.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, Choice> Choices => Layers.Select(layer => KeyValuePair.Create(layer.Layer, layer.Choice))
        .Concat(StepsByTime is { } count ? [KeyValuePair.Create<string, Choice>(Choice.Steps.WholeModel, new Choice.Steps(count))] : [])
        .ToDictionary(StringComparer.Ordinal);
}

/// <summary>Measured time of a rewritten layer against the original's, both alone on ONNX Runtime.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Ratio">Median over interleaved pairs of new time / original time.</param>
/// <param name="Lower">Lower end of the median's 95 % interval.</param>
/// <param name="Upper">Upper end.</param>
/// <param name="OriginalSeconds">Median time of the original layer, one sample.</param>
/// <param name="Seconds">Median time of the rewritten layer, one sample.</param>
/// <param name="Reverted">Whether the rewrite was undone because of it.</param>
internal sealed record LayerTime(string Layer, double Ratio, double Lower, double Upper, double OriginalSeconds, double Seconds, bool Reverted)
{
    /// <summary>Whether the layer is stored because of it, and runs as the original does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Stored { get; init; }
}

/// <summary>How a search went.</summary>
/// <param name="Predicted">Candidates of the list that was made before it began.</param>
/// <param name="Most">The most there may be (<c>max-evaluations</c>).</param>
/// <param name="Chosen">The number of the candidate that was taken; null when none passed.</param>
/// <param name="Candidates">Every model tried, in order.</param>
/// <param name="Shares">What there was to choose for each layer, and what the taken candidate has.</param>
internal sealed record SearchTrace(int Predicted, int Most, int? Chosen, IReadOnlyList<SearchCandidate> Candidates, IReadOnlyList<SearchedLayer> Shares)
{
    /// <summary>What it makes small: the file, what is shipped, multiply-adds, or time.</summary>
    public BudgetMeasure Measure { get; init; }

    /// <summary>The measured time of one run of the model before the search in nanoseconds, where the search makes that small; null elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Nanoseconds { get; init; }

    /// <summary>Whether <c>max-minutes</c> ended it, so that another run may look further.</summary>
    public bool IsOutOfTime { get; init; }

    /// <summary>What a candidate has of that.</summary>
    public long Amount(ModelCost cost) => Amount(Measure, cost);

    /// <summary>What it is compared with: of the original, which ships as it is, bytes of the file, multiply-adds or time.</summary>
    public long OfOriginal(ModelCost before) => Amount(before with { Shipped = null, Nanoseconds = Nanoseconds });

    /// <summary>What <paramref name="cost"/> has of <paramref name="measure"/>; of a model that nobody packed, the bytes of its file.</summary>
    public static long Amount(BudgetMeasure measure, ModelCost cost) => measure switch
    {
        // Whoever searches for little of them knows them.
        BudgetMeasure.Macs => cost.Macs ?? 0,
        BudgetMeasure.Latency => cost.Nanoseconds ?? 0,
        BudgetMeasure.Shipped => cost.Shipped ?? cost.Bytes,
        _ => cost.Bytes,
    };
}

/// <summary>A layer in a search.</summary>
/// <param name="Layer">Its name.</param>
/// <param name="Offered">How many choices each method had, such as <c>cp (24), quantize (9)</c>.</param>
/// <param name="Taken">What was taken.</param>
/// <param name="Saved">By how many bytes that was expected to make the model smaller, before compression where that counts; or multiply-adds.</param>
/// <param name="Forecast">What it was expected to change of the outputs, squared and as a share of their variance.</param>
internal sealed record SearchedLayer(string Layer, string Offered, string Taken, long Saved, double Forecast);

/// <summary>One model that a search tried.</summary>
/// <param name="Number">From 1, in the order tried.</param>
/// <param name="Summary">What is done to how many layers.</param>
/// <param name="Forecast">The change of the outputs that was expected, squared and as a share of their variance.</param>
/// <param name="Cost">Bytes, weights and multiply-adds.</param>
/// <param name="Metrics">The metrics, on the samples looked at.</param>
/// <param name="Samples">How many samples were looked at; fewer than all when they decided already.</param>
/// <param name="Passes">Whether all gates of severity <c>error</c> hold as far as the samples looked at tell.</param>
/// <param name="Failed">The gates that do not, as written, with <c>(undecided)</c> where the samples do not decide; empty when all hold.</param>
internal sealed record SearchCandidate(
    int Number,
    string Summary,
    double Forecast,
    ModelCost Cost,
    IReadOnlyList<MetricPair> Metrics,
    int Samples,
    bool Passes,
    IReadOnlyList<string> Failed);
