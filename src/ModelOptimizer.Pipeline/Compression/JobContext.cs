using System.Globalization;
using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Files;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Pipeline.Compression;

/// <summary>What every part of a job needs.</summary>
internal sealed record JobContext(
    CompressionPlan Plan,
    ModelPlan Model,
    Engine Engine,
    IProgress<MethodProgress> Progress,
    Action<string> Say,
    CancellationToken Cancellation
)
{
    private const int LargestBatch = 64;

    /// <summary>What methods keep between runs; null when there is no cache.</summary>
    public MethodBlobs? Blobs { get; init; }

    /// <summary>How the model is shipped; null where nobody asks for that.</summary>
    public Shipping? Shipping { get; init; }

    /// <summary>What has been said about what steps take: the same for all parts of the job.</summary>
    public Forecast Forecast { get; } = new(Model.Name, Say);

    /// <summary>
    /// Whether ONNX Runtime has to load <paramref name="model"/>. One with operators that it does not know runs in the application only, and can take fewer
    /// bits all the same where nothing is to be measured.
    /// </summary>
    public bool Runs(OnnxModel model) => Model.Calibrate is not null || Model.Evaluate?.Dataset is not null || CustomOperators.MissingDomain(model) is null;

    /// <summary>The calibration samples; null when the manifest gives none.</summary>
    /// <param name="session">The model that is fed them.</param>
    /// <param name="sampleBytes">What it makes of one sample: a batch is no larger than its tensors may be together.</param>
    public IBatchSource? OpenCalibration(ModelSession session, long sampleBytes = 0)
    {
        var most = MostSamples(sampleBytes);
        return Model.Calibrate switch
        {
            null => null,
            { Dataset: { } dataset, Samples: var samples } => DatasetReader.Open(dataset, session.Inputs, samples, Plan.Seed, most),
            { Samples: var samples } => RandomSource.Of(
                session, samples!.Value, Plan.Seed, Model.Calibrate.Position, Math.Min(most, RandomSource.UsualBatch)),
        };
    }

    /// <summary>
    /// At most <paramref name="most"/> random inputs like those of calibration, which no method has seen; null unless calibration is by random inputs. Of each
    /// <paramref name="sampleBytes"/> are made.
    /// </summary>
    public IBatchSource? OpenRandom(ModelSession session, int most, long sampleBytes = 0)
    {
        var batch = Math.Min(MostSamples(sampleBytes), RandomSource.UsualBatch);
        return Model.Calibrate is { Dataset: null, Samples: { } samples } calibrate
            ? RandomSource.Of(session, Math.Min(samples, most), ~Plan.Seed, calibrate.Position, batch)
            : null;
    }

    /// <summary>Bytes of all that a model makes of one sample.</summary>
    public static long SampleBytes(OnnxModel model, IReadOnlyDictionary<string, long[]> shapes) =>
        sizeof(float) * model.Graph.Node.SelectMany(node => node.Output).Where(shapes.ContainsKey).Sum(name => shapes[name].Product());

    /// <summary>The largest batch of samples of which a model makes <paramref name="sampleBytes"/> each.</summary>
    private static int MostSamples(long sampleBytes) => (int)Math.Clamp(WorkingMemory.BatchBytes / Math.Max(1, sampleBytes), 1, LargestBatch);

    /// <summary>The calibration samples that are drawn from a dataset; null when there are none, or random inputs.</summary>
    public Draw? Calibration => Model.Calibrate is { Dataset: { } dataset, Samples: var samples } ? new Draw(dataset, samples) : null;
}

/// <summary>Says before a step runs what it will take, once for each step and only where that is much.</summary>
internal sealed class Forecast(string model, Action<string> say)
{
    private const long MuchMemory = 1_000_000_000;
    private const double MuchWork = 1e13;

    private readonly HashSet<int> _told = [];

    /// <summary>Asks for the plan of step number <paramref name="index"/>, unless that was done before.</summary>
    public void Tell(int index, string method, Func<MethodPlan> plan)
    {
        if (!_told.Add(index))
        {
            return;
        }

        var (_, bytes, work) = plan();
        var takes = new List<string>();
        if (bytes > MuchMemory)
        {
            takes.Add($"{Figures.Bytes(bytes)} of memory");
        }

        if (work > MuchWork)
        {
            takes.Add($"{work.ToString("0.0e0", CultureInfo.InvariantCulture)} operations");
        }

        if (takes.Count > 0)
        {
            say($"{model}: {method} takes about {string.Join(" and ", takes)}");
        }
    }
}

/// <summary>How a model's bytes reach the application, where somebody asks what that takes.</summary>
/// <param name="Compression">How the resource is packed.</param>
/// <param name="HasBrotli">Whether every framework that unpacks it has Brotli.</param>
internal sealed record Shipping(EmbedCompression Compression, bool HasBrotli)
{
    /// <summary>
    /// What <paramref name="model"/> says; null where neither a gate, nor a rate, nor <c>embed:</c> asks. A model that is not embedded is taken as a package
    /// would hold it.
    /// </summary>
    public static Shipping? Of(ModelPlan model, bool hasBrotli) =>
        model.Embed is { Compression: not EmbedCompression.None }
        || model.Gates.Any(gate => gate.Metric == GateRules.Shipped)
        || model.Steps.Any(step => QuantizeOptions.IsByRate(step.Arguments))
            ? new Shipping(model.Embed is { } embed ? embed.Compression : EmbedCompression.Brotli, hasBrotli)
            : null;

    /// <summary>The bytes that <paramref name="model"/> takes.</summary>
    public long BytesOf(OnnxModel model) => Packing.Pack(model.ToBytes(), Compression, HasBrotli).Bytes.LongLength;
}
