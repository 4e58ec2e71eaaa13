namespace ModelOptimizer.Methods.NnBcd.Networks;

/// <summary>
/// Where a layer's units arrive in the next layer. A change of shape keeps the order of the numbers, so a tensor stays (samples × units × positions within a unit)
/// however it is cut into axes; the next layer sees (samples × channels × positions).
/// </summary>
internal static class UnitSpread
{
    /// <summary>How many consecutive channels of <paramref name="to"/> each unit of <paramref name="from"/> becomes; null when units do not stay together.</summary>
    public static int? Of(WeightLayer from, WeightLayer to, bool reshaped, IReadOnlyDictionary<string, long[]> shapes)
    {
        if (!reshaped)
        {
            var sameAxis = (from.Kind == LayerKind.Conv) == (to.Kind == LayerKind.Conv);
            return sameAxis && from.OutputChannels == to.InputChannels ? 1 : null;
        }

        return Positions(from, from.Output, shapes) is { } made && Positions(to, to.Input, shapes) is { } read
            && from.OutputChannels * made == to.InputChannels * read && to.InputChannels % from.OutputChannels == 0
            ? to.InputChannels / from.OutputChannels
            : null;
    }

    // How many numbers a channel has: one for matrices, whose channels are the last axis.
    private static long? Positions(WeightLayer layer, string tensor, IReadOnlyDictionary<string, long[]> shapes)
    {
        if (layer.Kind != LayerKind.Conv)
        {
            return 1;
        }

        return shapes.TryGetValue(tensor, out var shape) && shape.Length > 2 ? shape.Skip(2).Aggregate(1L, (product, extent) => product * extent) : null;
    }
}
