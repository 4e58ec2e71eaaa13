using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.Common;

/// <summary>What moments of a layer's inputs take, before any is measured.</summary>
internal static class MomentBytes
{
    /// <summary>Bytes of Σ of all groups, or of the samples' span.</summary>
    /// <param name="context">Its calibration data and shapes.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="samples">How many samples are taken; null for all.</param>
    public static double Of(StepContext context, WeightLayer layer, int? samples = null)
    {
        double width = Width(layer);
        return sizeof(double) * (Span(context, layer, samples) is { } count ? count * width : (layer.Window?.Group ?? 1) * width * width);
    }

    /// <summary>Bytes of the moments of layers that stay in memory, in float32: spans, and of half of what else there is as much as may.</summary>
    public static double Held(StepContext context, IEnumerable<WeightLayer> layers)
    {
        var bytes = layers.ToLookup(layer => Span(context, layer) is not null, layer => Of(context, layer));
        return (bytes[true].Sum() / 2) + Math.Min(bytes[false].Sum() / 4, WorkingMemory.Share);
    }

    /// <summary>How many vectors a layer reads, where these are kept and not their Σ; null elsewhere.</summary>
    public static long? Span(StepContext context, WeightLayer layer, int? samples = null)
    {
        if (layer.Window is not null || layer.TransA || context.Calibration is not { } calibration || !context.Shapes.TryGetValue(layer.Input, out var shape))
        {
            return null;
        }

        // Shapes are those of one sample.
        var count = Math.Min(samples ?? int.MaxValue, calibration.Count) * shape[..^1].Product();
        return SecondMoment.IsInSpan(count, (int)Width(layer)) ? count : null;
    }

    /// <summary>D, the numbers that an output of <paramref name="layer"/> is made of. What is no layer, such as a table of Gather, has no channels.</summary>
    private static long Width(WeightLayer layer) => layer.WeightCount / Math.Max(1, layer.OutputChannels);
}
