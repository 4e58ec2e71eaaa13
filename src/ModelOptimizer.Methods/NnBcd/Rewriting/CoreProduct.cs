using ModelOptimizer.Methods.NnBcd.TensorTrains;
using ModelOptimizer.Onnx.Proto;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.NnBcd.Rewriting;

/// <summary>
/// Multiplies cores out in the graph. Types that processors do not multiply in are cast to float32 first and back at the end: a runtime puts casts around each of their
/// products, and what stands between these is not computed at load.
/// </summary>
internal static class CoreProduct
{
    /// <summary>The name of the product of cores <paramref name="first"/> to <paramref name="end"/> (not included), of shape <paramref name="dims"/>.</summary>
    public static string Build(WeightParts parts, TensorTrain train, int first, int end, long[] dims)
    {
        if (end == first + 1)
        {
            return parts.Numbers($"_g{first + 1}", dims, train.Cores[first].Values);
        }

        long rows = train.Cores[first].Rows;
        var product = Core(parts, train, first, [rows, train.Cores[first].Columns]);
        for (var k = first + 1; k < end; k++)
        {
            // (…·n_{k−1})×r times r×(n_k·r_k), read again as (…·n_{k−1}·n_k)×r_k. A core in the file has the shape it is multiplied in.
            var (bond, next) = (train.Cores[k - 1].Columns, train.Cores[k]);
            var width = next.Values.LongLength / bond;
            product = parts.Node("MatMul", $"_m{k + 1}", product, Core(parts, train, k, [bond, width]));
            var shape = k + 1 == end ? dims : [-1, next.Columns];
            if (!shape.SequenceEqual([rows, width]))
            {
                product = parts.Node("Reshape", $"_r{k + 1}", product, parts.Shape(shape));
            }

            rows *= train.Modes[k];
        }

        return IsNarrow(parts) ? Cast(parts, "_w", product, (DataType)parts.Layer.ElementType) : product;
    }

    private static string Core(WeightParts parts, TensorTrain train, int k, long[] dims)
    {
        var core = parts.Numbers($"_g{k + 1}", dims, train.Cores[k].Values);
        return IsNarrow(parts) ? Cast(parts, $"_f{k + 1}", core, DataType.Float) : core;
    }

    private static bool IsNarrow(WeightParts parts) => (DataType)parts.Layer.ElementType is DataType.Float16 or DataType.Bfloat16;

    private static string Cast(WeightParts parts, string suffix, string input, DataType type)
    {
        var output = parts.Node("Cast", suffix, input);
        parts.Nodes[^1].Attribute.Add(new AttributeProto { Name = "to", Type = AttributeProto.Types.AttributeType.Int, I = (int)type });
        return output;
    }
}
