using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class HardSwishGradient : IOperatorGradient
{
    public string Operator => "HardSwish";

    // y = x u with u = x/6 + ½ held between 0 and 1, so y' = u + x u'; u is sloped where 0 < u < 1, which is where u² < u.
    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var x = node.Input(0);
        var u = graph.Node("HardSigmoid", [x], GraphBuilder.Attribute("alpha", 1f / 6), GraphBuilder.Attribute("beta", 0.5f));
        var isSloped = graph.Less(graph.Mul(u, u), u);
        var slope = graph.Add(u, graph.OnlyWhere(isSloped, graph.Mul(x, 1f / 6)));
        node.Give(0, graph.Mul(node.OutputGradient, slope));
    }
}
