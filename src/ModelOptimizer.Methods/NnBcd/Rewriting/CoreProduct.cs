using ModelOptimizer.Methods.NnBcd.TensorTrains;

namespace ModelOptimizer.Methods.NnBcd.Rewriting;

/// <summary>Multiplies cores out in the graph.</summary>
internal static class CoreProduct
{
    /// <summary>The name of the product of cores <paramref name="first"/> to <paramref name="end"/> (not included), of shape <paramref name="dims"/>.</summary>
    public static string Build(WeightParts parts, TensorTrain train, int first, int end, long[] dims)
    {
        if (end == first + 1)
        {
            return Core(parts, train, first, dims);
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

        return product;
    }

    private static string Core(WeightParts parts, TensorTrain train, int k, long[] dims) => parts.Numbers($"_g{k + 1}", dims, train.Cores[k].Values);
}
