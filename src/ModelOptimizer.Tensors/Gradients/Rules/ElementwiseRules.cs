using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>Arithmetic, its operands broadcast to each other.</summary>
internal static class ElementwiseRules
{
    public static readonly Dictionary<string, GradientRule> All = new(StringComparer.Ordinal)
    {
        ["Abs"] = node => node.Give(0, (g, dy, x, _) => g.Mul(dy, g.Node("Sign", [x]))),
        ["Add"] = node => Share(node, node.OutputGradient),
        ["Cast"] = Cast,
        ["Div"] = Div,
        ["Exp"] = node => node.Give(0, (g, dy, _, y) => g.Mul(dy, y)),
        ["Identity"] = node => node.Give(0, node.OutputGradient),
        ["Log"] = node => node.Give(0, (g, dy, x, _) => g.Div(dy, x)),
        ["Max"] = node => Extreme(node, loses: "Less"),
        ["Mean"] = node => Share(node, node.Graph.Mul(node.OutputGradient, 1f / node.Proto.Input.Count)),
        ["Min"] = node => Extreme(node, loses: "Greater"),
        ["Mul"] = Mul,
        ["Neg"] = node => node.Give(0, (g, dy, _, _) => g.Neg(dy)),
        ["Pow"] = Pow,
        ["Reciprocal"] = node => node.Give(0, (g, dy, _, y) => g.Neg(g.Mul(dy, g.Mul(y, y)))), // −1/x² = −y²
        ["Sqrt"] = node => node.Give(0, (g, dy, _, y) => g.Div(g.Mul(dy, 0.5f), y)),
        ["Sub"] = Sub,
        ["Sum"] = node => Share(node, node.OutputGradient),
        ["Where"] = Where,
    };

    // Only a cast to another float type comes here; the graph around it is float32.
    private static void Cast(BackwardNode node)
    {
        var isFloat32 = node.Proto.Int("to", 0) == (long)TensorProto.Types.DataType.Float;
        node.Give(0, isFloat32 ? node.OutputGradient : node.Graph.Cast(node.OutputGradient, TensorProto.Types.DataType.Float));
    }

    // ∂(a/b)/∂b = −(a/b)/b
    private static void Div(BackwardNode node)
    {
        var graph = node.Graph;
        var quotient = graph.Div(node.OutputGradient, node.Input(1));
        node.GiveBroadcast(0, quotient);
        if (node.Wants(1))
        {
            var byDivisor = graph.SumTo(graph.Mul(quotient, node.Proto.Output[0]), node.OutputShape(), node.InputShape(1));
            node.Give(1, graph.Neg(byDivisor));
        }
    }

    // The first of equal inputs takes the whole gradient; the last input takes what no other took.
    private static void Extreme(BackwardNode node, string loses)
    {
        var graph = node.Graph;
        var rest = node.OutputGradient;
        var last = Enumerable.Range(0, node.Proto.Input.Count).Last(node.Wants);
        for (var input = 0; input <= last; input++)
        {
            if (input == node.Proto.Input.Count - 1)
            {
                node.GiveBroadcast(input, rest);
                return;
            }

            var lost = graph.Node(loses, [node.Input(input), node.Proto.Output[0]]);
            if (node.Wants(input))
            {
                node.GiveBroadcast(input, graph.OnlyWhereNot(lost, rest));
            }

            if (input < last)
            {
                rest = graph.OnlyWhere(lost, rest);
            }
        }
    }

    private static void Mul(BackwardNode node)
    {
        if (node.Input(0) == node.Input(1))
        {
            node.Give(0, node.Graph.Mul(node.Graph.Mul(node.OutputGradientBeside(0), 2), node.Input(0)));
            return;
        }

        for (var input = 0; input < 2; input++)
        {
            if (node.Wants(input))
            {
                node.GiveBroadcast(input, node.Graph.Mul(node.OutputGradientBeside(1 - input), node.Input(1 - input)));
            }
        }
    }

    private static void Pow(BackwardNode node)
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

    private static string ConstantSlope(GraphWriter graph, string x, float exponent) => exponent switch
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

    private static void Sub(BackwardNode node)
    {
        node.GiveBroadcast(0, node.OutputGradient);
        if (node.Wants(1))
        {
            node.Give(1, node.Graph.Neg(node.Graph.SumTo(node.OutputGradient, node.OutputShape(), node.InputShape(1))));
        }
    }

    private static void Where(BackwardNode node)
    {
        var graph = node.Graph;
        if (node.Wants(1))
        {
            node.GiveBroadcast(1, graph.OnlyWhere(node.Input(0), node.OutputGradient));
        }

        if (node.Wants(2))
        {
            node.GiveBroadcast(2, graph.OnlyWhereNot(node.Input(0), node.OutputGradient));
        }
    }

    private static void Share(BackwardNode node, string gradient)
    {
        for (var input = 0; input < node.Proto.Input.Count; input++)
        {
            node.GiveBroadcast(input, gradient);
        }
    }
}
