using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>
/// Multiplies cores out in the graph, 16-bit ones in float32. ONNX Runtime's CPU has no product of 16-bit numbers and puts casts around it, from 1.30 on after it has
/// computed what constants give: the weight would be multiplied out again in every run. Casts that are in the file come in time.
/// </summary>
internal static class CoreProduct
{
    /// <summary>The name of the product of cores <paramref name="first"/> to <paramref name="end"/> (not included), of shape <paramref name="dims"/>.</summary>
    public static string Build(WeightParts parts, TensorTrain train, int first, int end, long[] dims)
    {
        if (end == first + 1)
        {
            return Stored(parts, train, first, dims);
        }

        long rows = train.Cores[first].Rows;
        var product = Factor(parts, train, first, [rows, train.Cores[first].Columns]);
        for (var k = first + 1; k < end; k++)
        {
            // (…·n_{k−1})×r times r×(n_k·r_k), read again as (…·n_{k−1}·n_k)×r_k. A core in the file has the shape it is multiplied in.
            var (bond, next) = (train.Cores[k - 1].Columns, train.Cores[k]);
            var width = next.Values.LongLength / bond;
            product = parts.Node("MatMul", $"_m{k + 1}", product, Factor(parts, train, k, [bond, width]));
            var shape = k + 1 == end ? dims : [-1, next.Columns];
            if (!shape.SequenceEqual([rows, width]))
            {
                product = parts.Node("Reshape", $"_r{k + 1}", product, parts.Shape(shape));
            }

            rows *= train.Modes[k];
        }

        return IsNarrow(parts.Layer) ? parts.Cast($"_p{end}", product, (DataType)parts.Layer.ElementType) : product;
    }

    /// <summary>Whether the product has to be in another type than the weight.</summary>
    public static bool IsNarrow(WeightLayer layer) => ElementTypes.Bits(layer.ElementType) == 16;

    private static string Factor(WeightParts parts, TensorTrain train, int k, long[] dims)
    {
        var core = Stored(parts, train, k, dims);
        return IsNarrow(parts.Layer) ? parts.Cast($"_f{k + 1}", core, DataType.Float) : core;
    }

    private static string Stored(WeightParts parts, TensorTrain train, int k, long[] dims) => parts.Numbers($"_g{k + 1}", dims, train.Cores[k].Values);
}
