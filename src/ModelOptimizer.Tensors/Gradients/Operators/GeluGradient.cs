using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class GeluGradient : IOperatorGradient
{
    public string Operator => "Gelu";

    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var x = node.Input(0);
        var slope = node.Proto.Text("approximate", "none") == "tanh" ? TanhSlope(graph, x) : ErfSlope(graph, x);
        node.Give(0, graph.Mul(node.OutputGradient, slope));
    }

    // y = x Φ(x), y' = Φ(x) + x φ(x) with φ(x) = exp(−x²/2)/√(2π)
    private static string ErfSlope(GraphBuilder graph, string x)
    {
        var scaled = graph.Mul(x, (float)Math.Sqrt(0.5));
        var distribution = graph.Add(graph.Mul(graph.Node("Erf", [scaled]), 0.5f), 0.5f);
        var density = graph.Exp(graph.Sub((float)(-0.5 * Math.Log(2 * Math.PI)), graph.Mul(scaled, scaled)));
        return graph.Add(distribution, graph.Mul(x, density));
    }

    // y = x (1 + t)/2 with t = tanh(√(2/π) (x + c x³)), y' = (1 + t)/2 + x (1 − t²)/2 · √(2/π) (1 + 3 c x²)
    private static string TanhSlope(GraphBuilder graph, string x)
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
}
