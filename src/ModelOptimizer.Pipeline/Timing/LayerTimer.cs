using ModelOptimizer.Onnx.Blocks;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Tensors.Shapes;

namespace ModelOptimizer.Pipeline.Timing;

/// <summary>
/// Times rewritten layers and blocks against the original's: what lies between a layer's input and its output, in both models, as models of their own on one
/// sample.
/// </summary>
internal sealed class LayerTimer
{
    private static readonly TimeSpan PerLayer = TimeSpan.FromSeconds(0.4);

    private readonly JobContext _job;
    private readonly OnnxModel _original;
    private readonly Dictionary<string, WeightLayer> _layers;
    private readonly IReadOnlyDictionary<string, long[]> _shapes;

    public LayerTimer(JobContext job, OnnxModel original)
    {
        (_job, _original) = (job, original);
        _layers = LayerFinder.FindAll(original).ToDictionary(layer => layer.Name, StringComparer.Ordinal);
        _shapes = ShapeProbe.Run(job.Engine, original);
    }

    /// <summary>The rewritten layers that can be taken out of both models.</summary>
    public IReadOnlyList<LayerTime> Measure(CompressedModel compressed)
    {
        var shapes = ShapeProbe.Run(_job.Engine, compressed.Model);
        // Weights of few bits are unpacked when the model is loaded, and stored factors multiplied out: what runs is the same.
        var rewritten = compressed
            .Steps.SelectMany(step => step.Layers)
            .Where(layer => layer.Choice is not (Choice.Keep or Choice.Bits or Choice.Ranks { IsStored: true }))
            .ToList();
        var times = new List<LayerTime>();
        foreach (var outcome in rewritten)
        {
            _job.Cancellation.ThrowIfCancellationRequested();
            _job.Progress.Report(new MethodProgress("time of layers", times.Count, rewritten.Count));
            if (Measure(compressed.Model, shapes, outcome.Layer, Span(outcome)) is { } time)
            {
                times.Add(time);
            }
        }

        return times;
    }

    /// <summary>A layer against what took its place; null where it cannot be taken out of both models.</summary>
    /// <param name="compressed">The model that has the rewrite.</param>
    /// <param name="shapes">Its shapes.</param>
    /// <param name="layer">The layer's name.</param>
    public LayerTime? Measure(OnnxModel compressed, IReadOnlyDictionary<string, long[]> shapes, string layer) =>
        Measure(compressed, shapes, layer, Span(layer));

    private LayerTime? Measure(
        OnnxModel compressed,
        IReadOnlyDictionary<string, long[]> shapes,
        string layer,
        (string Input, string Output, int ElementType)? place)
    {
        // Behind removed units a layer's input is narrower: the two are not the same work.
        if (place is not { } span
            || !_shapes.TryGetValue(span.Input, out var shape)
            || !shapes.TryGetValue(span.Input, out var now)
            || !now.SequenceEqual(shape)
            // Of a large fixed batch there may be no room for a second copy.
            || shape.Aggregate(1.0, (product, extent) => product * extent) > RandomSource.MostValues)
        {
            return null;
        }

        if (SubModel.Extract(_original, span.Input, shape, span.ElementType, span.Output) is not { } before
            || SubModel.Extract(compressed, span.Input, shape, span.ElementType, span.Output) is not { } after)
        {
            return null;
        }

        using var original = _job.Engine.CreateTimed(before);
        using var rewritten = _job.Engine.CreateTimed(after);
        var inputs = RandomSource.Of(original, 1, _job.Plan.Seed).Read().First().Inputs;
        var latency = LatencyMeter.Measure(new SessionLatencyProbe(original, rewritten, inputs), PerLayer, _job.Cancellation);
        return new LayerTime(layer, latency.Ratio, latency.Lower, latency.Upper, latency.OriginalSeconds, latency.CompressedSeconds, Reverted: false);
    }

    // From where to where, and in which type.
    private (string Input, string Output, int ElementType)? Span(LayerOutcome outcome)
    {
        if (outcome is { From: { } from, To: { } to })
        {
            var nodes = new BlockReader(_original, _shapes).Read(from, to).Block?.Nodes;
            return _layers.Values.FirstOrDefault(layer => nodes?.Contains(layer.Node) == true) is { } first ? (from, to, first.ElementType) : null;
        }

        return Span(outcome.Layer);
    }

    // A BatchNormalization is part of both sides: the rewrite may have folded it.
    private (string Input, string Output, int ElementType)? Span(string layer) => _layers.TryGetValue(layer, out var single)
        ? (single.Node.Input[0], single.BatchNormalization?.Output[0] ?? single.Output, single.ElementType)
        : null;
}
