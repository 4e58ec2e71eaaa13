using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Tests.Gradients.Reference;

internal static partial class ReferenceOperators
{
    private static void AddPools()
    {
        Add("AveragePool", (node, x) => Pool(node, x[0], Average));
        Add("MaxPool", (node, x) => Pool(node, x[0], (_, _, values) => values.Max()));
        Add("GlobalAveragePool", (_, x) => PoolGlobally(x[0], values => values.Average()));
        Add("GlobalMaxPool", (_, x) => PoolGlobally(x[0], values => values.Max()));
    }

    private static double Average(NodeProto node, long padding, IReadOnlyCollection<double> values) =>
        values.Sum() / (values.Count + (node.Int("count_include_pad", 0) != 0 ? padding : 0));

    private static Real Pool(NodeProto node, Real input, Func<NodeProto, long, IReadOnlyCollection<double>, double> function)
    {
        var window = ReferenceWindow.Of(node, node.Ints("kernel_shape")!, input.Shape[2..]);
        var result = Real.Zeros([.. input.Shape[..2], .. window.Output]);
        foreach (var index in Real.Indices(result.Shape))
        {
            var positions = Real.Indices(window.Kernel).Select(tap => window.Position(index[2..], tap)).ToArray();
            double[] values = [.. positions.Where(window.IsInside).Select(position => input[[index[0], index[1], .. position]])];
            result[index] = function(node, positions.Count(position => !window.IsInside(position) && window.IsInsidePadding(position)), values);
        }

        return result;
    }

    private static Real PoolGlobally(Real input, Func<IEnumerable<double>, double> function)
    {
        long[] outer = [.. input.Shape[..2]];
        var result = Real.Zeros([.. outer, .. input.Shape[2..].Select(_ => 1L)]);
        var count = (int)Real.CountOf(input.Shape[2..]);
        for (var i = 0; i < result.Values.Length; i++)
        {
            result.Values[i] = function(input.Values.Skip(i * count).Take(count));
        }

        return result;
    }
}
