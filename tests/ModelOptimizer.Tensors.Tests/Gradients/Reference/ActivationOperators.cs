using MathNet.Numerics;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Tests.Gradients.Reference;

internal static partial class ReferenceOperators
{
    private static void AddActivations()
    {
        AddOfElement("Sigmoid", value => 1 / (1 + Math.Exp(-value)));
        AddOfElement("Tanh", Math.Tanh);
        AddOfElement("Softplus", value => Math.Log(1 + Math.Exp(value)));
        AddOfElement("HardSwish", value => value * Math.Clamp((value / 6) + 0.5, 0, 1));
        Add("LeakyRelu", (node, x) => x[0].Map(value => value < 0 ? value * node.Float("alpha", 0.01f) : value));
        Add("Elu", (node, x) => x[0].Map(value => value < 0 ? node.Float("alpha", 1) * (Math.Exp(value) - 1) : value));
        Add("HardSigmoid", (node, x) => x[0].Map(value => Math.Clamp((value * node.Float("alpha", 0.2f)) + node.Float("beta", 0.5f), 0, 1)));
        Add("Gelu", (node, x) => x[0].Map(node.Text("approximate", "none") == "tanh" ? GeluByTanh : Gelu));
        Add("Clip", Clip);
        Add("Softmax", (node, x, opset) => Softmax(node, x[0], opset));
        Add("LogSoftmax", (node, x, opset) => Softmax(node, x[0], opset).Map(Math.Log));
    }

    private static double Gelu(double value) => value * 0.5 * (1 + SpecialFunctions.Erf(value / Math.Sqrt(2)));

    private static double GeluByTanh(double value) => value * 0.5 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (value + (0.044715 * value * value * value))));

    private static Real Clip(NodeProto node, Real[] x, long opset)
    {
        var lowest = opset < 11 ? node.Float("min", float.MinValue) : x.Length > 1 && x[1] is { } low ? low.Values[0] : double.MinValue;
        var highest = opset < 11 ? node.Float("max", float.MaxValue) : x.Length > 2 && x[2] is { } high ? high.Values[0] : double.MaxValue;
        return x[0].Map(value => Math.Clamp(value, lowest, highest));
    }

    private static Real Softmax(NodeProto node, Real x, long opset)
    {
        var axis = FromStart(node.Int("axis", opset < 13 ? 1 : -1), x.Rank);
        bool IsSummed(int other) => opset < 13 ? other >= axis : other == axis;
        var sums = Real.Zeros([.. x.Shape.Select((extent, other) => IsSummed(other) ? 1 : extent)]);
        foreach (var index in Real.Indices(x.Shape))
        {
            sums[[.. index.Select((position, other) => IsSummed(other) ? 0 : position)]] += Math.Exp(x[index]);
        }

        return new Real(x.Shape, [.. Real.Indices(x.Shape).Select(index => Math.Exp(x[index]) / sums.Broadcast(index))]);
    }
}
