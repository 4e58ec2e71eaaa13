using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>Functions of one tensor, element by element.</summary>
internal static class ActivationRules
{
    public static readonly Dictionary<string, GradientRule> All = new(StringComparer.Ordinal)
    {
        ["Clip"] = Clip,
        ["Dropout"] = Dropout,
        // Below zero y = α(eˣ − 1), so y' = y + α.
        ["Elu"] = node => node.Give(0, (g, dy, x, y) => g.Where(g.IsPositive(x), dy, g.Mul(dy, g.Add(y, node.Proto.Float("alpha", 1))))),
        ["Erf"] = node => node.Give(0, (g, dy, x, _) => g.Mul(dy, g.Exp(g.Sub(LogOfErfFactor, g.Mul(x, x))))), // 2/√π · exp(−x²)
        ["Gelu"] = node => node.Give(0, (g, dy, x, _) => g.Mul(dy, node.Proto.Text("approximate", "none") == "tanh" ? TanhSlope(g, x) : ErfSlope(g, x))),
        ["HardSigmoid"] = node => node.Give(0, (g, dy, _, y) => g.OnlyWhere(IsInside(g, y), g.Mul(dy, node.Proto.Float("alpha", 0.2f)))),
        ["HardSwish"] = node => node.Give(0, (g, dy, x, _) => g.Mul(dy, HardSwishSlope(g, x))),
        ["LeakyRelu"] = node => node.Give(0, (g, dy, x, _) => g.Mul(dy, LeakySlope(g, x, node.Proto.Float("alpha", 0.01f)))),
        ["LogSoftmax"] = node => node.Give(0, (g, dy, _, y) => g.Sub(dy, g.Mul(g.Exp(y), g.ReduceSum(dy, SoftmaxAxes(node))))), // g − softmax(x) Σ g
        ["PRelu"] = PRelu,
        ["Relu"] = node => node.Give(0, (g, dy, _, y) => g.OnlyWhere(g.IsPositive(y), dy)), // zero at zero
        ["Sigmoid"] = node => node.Give(0, (g, dy, _, y) => g.Mul(dy, g.Sub(y, g.Mul(y, y)))), // y (1 − y)
        ["Softmax"] = node => node.Give(0, (g, dy, _, y) => g.Mul(y, g.Sub(dy, g.ReduceSum(g.Mul(dy, y), SoftmaxAxes(node))))), // y ⊙ (g − Σ g⊙y)
        ["Softplus"] = node => node.Give(0, (g, dy, x, _) => g.Mul(dy, g.Node("Sigmoid", [x]))),
        ["Tanh"] = node => node.Give(0, (g, dy, _, y) => g.Mul(dy, g.Sub(1, g.Mul(y, y)))), // 1 − y²
    };

    private static readonly float LogOfErfFactor = (float)Math.Log(2 / Math.Sqrt(Math.PI));

    // What was clipped is what differs from the output, in whatever form the version gives the bounds.
    private static void Clip(BackwardNode node)
    {
        var graph = node.Graph;
        var x = node.Input(0);
        var y = node.Proto.Output[0];
        if (node.Wants(0))
        {
            node.Give(0, graph.OnlyWhere(graph.Equal(x, y), node.OutputGradient));
        }

        if (node.Wants(1))
        {
            node.GiveBroadcast(1, graph.OnlyWhere(graph.Less(x, y), node.OutputGradient));
        }

        if (node.Wants(2))
        {
            node.GiveBroadcast(2, graph.OnlyWhere(graph.Greater(x, y), node.OutputGradient));
        }
    }

    // Inference, which is every Dropout without a third input, passes its input on.
    private static void Dropout(BackwardNode node)
    {
        if (node.Constant(2) is not { } mode)
        {
            if (node.Proto.InputAt(2) is not null)
            {
                throw node.NoGradient("whether this Dropout is in training mode is computed from data");
            }

            node.Give(0, node.OutputGradient);
            return;
        }

        node.Give(0, IsTrue(mode) ? Masked(node) : node.OutputGradient);
    }

    // What was kept was divided by 1 − ratio.
    private static string Masked(BackwardNode node)
    {
        var graph = node.Graph;
        var outputs = node.Proto.Output;
        if (outputs.Count == 1)
        {
            outputs.Add(graph.NewName("mask"));
        }

        var kept = graph.OnlyWhere(outputs[1], node.OutputGradient);
        return node.Proto.InputAt(1) is { } ratio ? graph.Div(kept, graph.Sub(1, ratio)) : graph.Mul(kept, 2);
    }

    private static bool IsTrue(TensorProto mode) => mode.HasRawData ? mode.RawData[0] != 0 : mode.Int32Data[0] != 0;

    private static void PRelu(BackwardNode node)
    {
        var graph = node.Graph;
        var x = node.Input(0);
        if (node.Wants(0))
        {
            node.Give(0, graph.Where(graph.IsPositive(x), node.OutputGradient, graph.Mul(node.OutputGradient, node.Input(1))));
        }

        if (node.Wants(1))
        {
            node.GiveBroadcast(1, graph.Mul(node.OutputGradient, graph.Node("Min", [x, graph.Scalar(0)])));
        }
    }

    // y = x Φ(x), y' = Φ(x) + x φ(x) with φ(x) = exp(−x²/2)/√(2π)
    private static string ErfSlope(GraphWriter graph, string x)
    {
        var scaled = graph.Mul(x, (float)Math.Sqrt(0.5));
        var distribution = graph.Add(graph.Mul(graph.Node("Erf", [scaled]), 0.5f), 0.5f);
        var density = graph.Exp(graph.Sub((float)(-0.5 * Math.Log(2 * Math.PI)), graph.Mul(scaled, scaled)));
        return graph.Add(distribution, graph.Mul(x, density));
    }

    // y = x (1 + t)/2 with t = tanh(√(2/π) (x + c x³)), y' = (1 + t)/2 + x (1 − t²)/2 · √(2/π) (1 + 3 c x²)
    private static string TanhSlope(GraphWriter graph, string x)
    {
        const double Cubic = 0.044715;
        var scale = Math.Sqrt(2 / Math.PI);
        var square = graph.Mul(x, x);
        var argument = graph.Mul(x, graph.Add(graph.Mul(square, (float)(scale * Cubic)), (float)scale));
        var tanh = graph.Node("Tanh", [argument]);
        var share = graph.Add(graph.Mul(tanh, 0.5f), 0.5f);
        var inner = graph.Add(graph.Mul(square, (float)(1.5 * scale * Cubic)), (float)(0.5 * scale));
        return graph.Add(share, graph.Mul(graph.Mul(x, inner), graph.Sub(1, graph.Mul(tanh, tanh))));
    }

    // Where 0 < y < 1, which is where y² < y.
    private static string IsInside(GraphWriter graph, string y) => graph.Less(graph.Mul(y, y), y);

    // y = x u with u = x/6 + ½ held between 0 and 1, so y' = u + x u'.
    private static string HardSwishSlope(GraphWriter graph, string x)
    {
        var u = graph.Node("HardSigmoid", [x], GraphWriter.Attribute("alpha", 1f / 6), GraphWriter.Attribute("beta", 0.5f));
        return graph.Add(u, graph.OnlyWhere(IsInside(graph, u), graph.Mul(x, 1f / 6)));
    }

    private static string LeakySlope(GraphWriter graph, string x, float alpha) =>
        graph.Add(graph.Mul(graph.Indicator(graph.IsPositive(x)), 1 - alpha), alpha);

    private static long[] SoftmaxAxes(BackwardNode node)
    {
        if (node.Graph.Opset >= Opsets.SoftmaxOfOneAxis)
        {
            return [node.Axis(absent: -1)];
        }

        var first = node.Axis(absent: 1);
        return [.. Enumerable.Range(first, node.InputShape(0).Length - first).Select(axis => (long)axis)];
    }
}
