using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Tensors.Shapes;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Pipeline.Timing;

/// <summary>Which multiples of channels convolutions on this device like: blocked kernels are faster when the last block is full.</summary>
internal static class RankMultiple
{
    private static readonly int[] Multiples = [4, 8, 16];
    private static readonly TimeSpan PerMultiple = TimeSpan.FromSeconds(0.5);

    // Time per multiply-add must fall by this much before ranks are bound to a multiple.
    private const double Worthwhile = 0.93;

    /// <summary>
    /// Times the widest convolution's chain with ranks that are a multiple of 4, 8 or 16 against one rank more, which fills no block. The multiple with
    /// the least time per multiply-add; 1 when none is clearly better, or no convolution is wide enough to tell.
    /// </summary>
    public static int Measure(JobContext job, OnnxModel model)
    {
        var shapes = ShapeProbe.Run(job.Engine, model);
        var widest = LayerFinder
            .Find(model)
            .Where(layer =>
                layer is { Kind: LayerKind.Conv, Obstacle: null, Window.Group: 1 }
                && layer.WeightShape.Length == 4
                && Math.Min(layer.OutputChannels, layer.InputChannels) >= 32
                && shapes.ContainsKey(layer.Input)
            )
            .MaxBy(layer => layer.WeightCount);
        if (widest is null)
        {
            return 1;
        }

        var input = shapes[widest.Input];
        var (best, least) = (1, Worthwhile);
        foreach (var multiple in Multiples)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            job.Progress.Report(new MethodProgress("rank multiples", Array.IndexOf(Multiples, multiple), Multiples.Length));
            // Half of the channels, as a multiple of this one and of no larger one.
            var rank = Math.Max(multiple, (Math.Min(widest.InputChannels, widest.OutputChannels) / 2 / 16 * 16) - (multiple == 16 ? 0 : multiple));
            var timePerWork = TimeRatio(job, widest, input, rank) / Work(widest, rank) * Work(widest, rank + 1);
            if (timePerWork < least * 0.98)
            {
                (best, least) = (multiple, timePerWork);
            }
        }

        return best;
    }

    /// <summary>Time of the chain at <paramref name="rank"/> over that at one more.</summary>
    private static double TimeRatio(JobContext job, WeightLayer layer, long[] input, int rank)
    {
        using var full = job.Engine.CreateTimed(Chain(layer, input, rank + 1));
        using var liked = job.Engine.CreateTimed(Chain(layer, input, rank));
        var inputs = RandomSource.Of(full, 1, job.Plan.Seed).Read().First().Inputs;
        return LatencyMeter.Measure(new SessionLatencyProbe(full, liked, inputs), PerMultiple, job.Cancellation).Ratio;
    }

    private static double Work(WeightLayer layer, double rank)
    {
        var taps = layer.WeightShape[2] * layer.WeightShape[3];
        return rank * (layer.InputChannels + (taps * rank) + layer.OutputChannels);
    }

    private static OnnxModel Chain(WeightLayer layer, long[] input, int rank)
    {
        var (height, width) = (layer.WeightShape[2], layer.WeightShape[3]);
        var graph = new GraphWriter();
        var x = graph.Input("x", DataType.Float, input);
        var narrow = Convolve(graph, x, rank, layer.InputChannels, 1, 1);
        var core = Convolve(graph, narrow, rank, rank, height, width);
        graph.Output(Convolve(graph, core, layer.OutputChannels, rank, 1, 1), DataType.Float, -1, -1, -1, -1);
        return graph.Build();
    }

    private static string Convolve(GraphWriter graph, string input, long outputs, long inputs, long height, long width)
    {
        // Small enough that nothing overflows; the time does not depend on the values.
        var weight = graph.Weight(1e-3f, outputs, inputs, height, width);
        return graph.Node("Conv", [input, weight], GraphWriter.Attribute("pads", height / 2, width / 2, (height - 1) / 2, (width - 1) / 2));
    }
}
