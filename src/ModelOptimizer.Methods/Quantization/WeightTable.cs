namespace ModelOptimizer.Methods.Quantization;

/// <summary>
/// Constants that are added to activations or multiplied with them number by number: embeddings of positions, scales of a normalisation over two axes, and
/// anchors of detectors. A few bits of a coordinate are no coordinate, so that nothing but a measured effect makes less than float16 of them.
/// </summary>
internal static class WeightTable
{
    // Smaller ones are not worth their nodes.
    private const int Fewest = 256;

    // Above it, float16 has steps of a whole: coordinates would move by pixels.
    private const double LargestExact = 1024;

    // Of the norm.
    private const double Lost = 1e-3;

    /// <summary>Whether <paramref name="node"/> works number by number.</summary>
    public static bool IsReadBy(NodeProto node) => node.Operator() is "Add" or "Sub" or "Mul" or "Div";

    /// <summary>Whether <paramref name="tensor"/> is more than a number for each channel.</summary>
    public static bool Is(TensorProto tensor) =>
        ElementTypes.IsFloat(tensor.DataType) && tensor.Dims.Count(extent => extent > 1) > 1 && tensor.Dims.Product() >= Fewest;

    /// <summary>
    /// Whether float16 says the same: it has no number that large in masks, moves large coordinates, and makes 0 of small divisors. Of numbers that are left
    /// in another file it is assumed.
    /// </summary>
    public static bool FitsHalf(TensorProto tensor)
    {
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
        {
            return true;
        }

        var (error, energy) = (0.0, 0.0);
        foreach (var value in WeightValues.ReadDoubles(tensor))
        {
            var half = (double)(Half)value;
            if (!(Math.Abs(value) <= LargestExact) || (half == 0 && value != 0))
            {
                return false;
            }

            error += (half - value) * (half - value);
            energy += value * value;
        }

        return error <= Lost * Lost * energy;
    }
}
