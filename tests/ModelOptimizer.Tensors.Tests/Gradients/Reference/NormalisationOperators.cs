using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Tests.Gradients.Reference;

internal static partial class ReferenceOperators
{
    private static void AddNormalisations()
    {
        All.Add("BatchNormalization", (node, x, _) => BatchNormalization(node, x));
        Add("InstanceNormalization", (node, x) => PerChannel(Normalised(x[0], Epsilon(node), index => [index[0], index[1]]), x[1], x[2]));
        Add("LayerNormalization", LayerNormalization);
    }

    private static Real[] BatchNormalization(NodeProto node, Real[] x)
    {
        if (node.Int("training_mode", 0) != 0)
        {
            // The running statistics are not checked.
            return [PerChannel(Normalised(x[0], Epsilon(node), index => [index[1]]), x[1], x[2]), x[3], x[4]];
        }

        var result = Real.Zeros(x[0].Shape);
        foreach (var index in Real.Indices(result.Shape))
        {
            var channel = index[1];
            result[index] = (x[1][channel] * (x[0][index] - x[3][channel]) / Math.Sqrt(x[4][channel] + Epsilon(node))) + x[2][channel];
        }

        return [result];
    }

    private static Real LayerNormalization(NodeProto node, Real[] x)
    {
        var axis = node.Int("axis", -1);
        var first = (int)(axis < 0 ? axis + x[0].Rank : axis);
        var scaled = Combine([Normalised(x[0], Epsilon(node), index => index[..first]), x[1]], values => values[0] * values[1]);
        return x.Length < 3 ? scaled : Combine([scaled, x[2]], values => values[0] + values[1]);
    }

    private static Real PerChannel(Real normalised, Real scale, Real bias)
    {
        foreach (var index in Real.Indices(normalised.Shape))
        {
            normalised[index] = (normalised[index] * scale[index[1]]) + bias[index[1]];
        }

        return normalised;
    }

    // Elements of one group have one mean and one variance.
    private static Real Normalised(Real input, double epsilon, Func<long[], long[]> group)
    {
        var groups = Real.Indices(input.Shape).GroupBy(index => string.Join(',', group(index)), StringComparer.Ordinal);
        var result = Real.Zeros(input.Shape);
        foreach (var members in groups)
        {
            var mean = members.Average(index => input[index]);
            var variance = members.Average(index => Math.Pow(input[index] - mean, 2));
            foreach (var index in members)
            {
                result[index] = (input[index] - mean) / Math.Sqrt(variance + epsilon);
            }
        }

        return result;
    }

    private static double Epsilon(NodeProto node) => node.Float("epsilon", 1e-5f);
}
