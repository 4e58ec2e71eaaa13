namespace ModelOptimizer.Methods.Quantization;

/// <summary>
/// Constants that are added to activations or multiplied with them number by number: embeddings of positions, scales of a normalisation over two axes, and
/// anchors of detectors. A few bits of a coordinate are no coordinate, so that nothing but a measured effect makes less than float16 of them.
/// </summary>
internal static class WeightTable
{
    // Smaller ones are not worth their nodes.
    private const int Fewest = 256;

    private const double LargestHalf = 65504;

    /// <summary>Whether <paramref name="node"/> works number by number.</summary>
    public static bool IsReadBy(NodeProto node) => node.Operator() is "Add" or "Sub" or "Mul" or "Div";

    /// <summary>Whether <paramref name="tensor"/> is more than a number for each channel.</summary>
    public static bool Is(TensorProto tensor) =>
        ElementTypes.IsFloat(tensor.DataType) && tensor.Dims.Count(extent => extent > 1) > 1 && tensor.Dims.Product() >= Fewest;

    /// <summary>Whether all numbers are float16's; of those that are left in another file it is assumed.</summary>
    public static bool FitsHalf(TensorProto tensor) => tensor.DataLocation == TensorProto.Types.DataLocation.External
        || Array.TrueForAll(WeightValues.ReadDoubles(tensor), value => Math.Abs(value) <= LargestHalf);
}
