using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Tests.Gradients.Reference;

internal static partial class ReferenceOperators
{
    private static void AddConvolutions()
    {
        Add("Conv", Convolve);
        Add("ConvTranspose", Spread);
    }

    private static Real Convolve(NodeProto node, Real[] x)
    {
        var (input, weight) = (x[0], x[1]);
        var group = node.Int("group", 1);
        var window = ReferenceWindow.Of(node, weight.Shape[2..], input.Shape[2..]);
        var result = Real.Zeros([input.Shape[0], weight.Shape[0], .. window.Output]);
        var perGroup = weight.Shape[0] / group;
        foreach (var index in Real.Indices(result.Shape))
        {
            var sum = x.Length > 2 ? x[2][index[1]] : 0;
            var first = index[1] / perGroup * weight.Shape[1];
            foreach (var tap in Real.Indices(weight.Shape[1..]))
            {
                var position = window.Position(index[2..], tap[1..]);
                sum += window.IsInside(position) ? weight[[index[1], .. tap]] * input[[index[0], first + tap[0], .. position]] : 0;
            }

            result[index] = sum;
        }

        return result;
    }

    private static Real Spread(NodeProto node, Real[] x)
    {
        var (input, weight) = (x[0], x[1]);
        var group = node.Int("group", 1);
        var window = ReferenceWindow.OfTransposed(node, weight.Shape[2..], input.Shape[2..]);
        var perGroup = weight.Shape[1];
        var result = Real.Zeros([input.Shape[0], perGroup * group, .. window.Input]);
        if (x.Length > 2)
        {
            foreach (var index in Real.Indices(result.Shape))
            {
                result[index] = x[2][index[1]];
            }
        }

        foreach (var index in Real.Indices(input.Shape))
        {
            var first = index[1] / (input.Shape[1] / group) * perGroup;
            foreach (var tap in Real.Indices(weight.Shape[1..]))
            {
                var position = window.Position(index[2..], tap[1..]);
                if (window.IsInside(position))
                {
                    result[[index[0], first + tap[0], .. position]] += input[index] * weight[[index[1], .. tap]];
                }
            }
        }

        return result;
    }
}
