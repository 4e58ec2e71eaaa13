using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class ExtremeGradient(string op, string loses) : IOperatorGradient
{
    public string Operator => op;

    // The first of equal inputs takes the whole gradient; the last input takes what no other took.
    public void Backward(BackwardNode node)
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
}
