using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class PowGradient : IOperatorGradient
{
    public string Operator => "Pow";

    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var x = node.Input(0);
        if (node.Wants(0) && Exponent(node) is { } constant)
        {
            node.Give(0, graph.Mul(node.OutputGradient, ConstantSlope(graph, x, constant)));
        }
        else if (node.Wants(0))
        {
            var exponent = graph.Cast(node.Input(1), TensorProto.Types.DataType.Float);
            var power = graph.Node("Pow", [x, graph.Add(exponent, -1)]);
            node.GiveBroadcast(0, graph.Mul(node.OutputGradient, graph.Mul(exponent, power)));
        }

        if (node.Wants(1))
        {
            // ∂xᵉ/∂e = xᵉ ln x, taken as zero where the logarithm does not exist
            var logarithm = graph.Node("Log", [graph.Where(graph.IsPositive(x), x, graph.Scalar(1))]);
            node.GiveBroadcast(1, graph.Mul(node.OutputGradient, graph.Mul(node.Proto.Output[0], logarithm)));
        }
    }

    private static string ConstantSlope(GraphBuilder graph, string x, float exponent) => exponent switch
    {
        0 => graph.Scalar(0),
        1 => graph.Scalar(1),
        2 => graph.Mul(x, 2),
        _ => graph.Mul(graph.Node("Pow", [x, graph.Scalar(exponent - 1)]), exponent),
    };

    // One number that does not widen the base: the usual square, cube or root.
    private static float? Exponent(BackwardNode node)
    {
        if (node.Constant(1) is not { } tensor || tensor.Dims.Any(extent => extent != 1) || tensor.Dims.Count > node.InputShape(0).Length)
        {
            return null;
        }

        return ElementTypes.IsFloat(tensor.DataType) ? WeightValues.ReadFloats(tensor)[0] : new ConstantTensor(tensor.Name, tensor, Node: null).Integers()[0];
    }
}
