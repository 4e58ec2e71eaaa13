using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Tensors.Gradients.Einsums;
using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class EinsumGradient : IOperatorGradient
{
    public string Operator => "Einsum";

    // The gradient of one operand is the sum of the output's gradient times all other operands over the letters that it does not have.
    public void Backward(BackwardNode node)
    {
        var count = node.Proto.Input.Count;
        long[][] shapes = [.. Enumerable.Range(0, count).Select(node.InputShape)];
        var equation = EinsumEquation.Parse(node.Proto.Text("equation", ""), shapes);
        for (var input = 0; input < count; input++)
        {
            if (!node.Wants(input))
            {
                continue;
            }

            if (equation.Inputs[input].Distinct().Count() < equation.Inputs[input].Length)
            {
                throw node.NoGradient("an operand has one index twice");
            }

            node.Give(input, Gradient(node, equation, shapes, input));
        }
    }

    private static string Gradient(BackwardNode node, EinsumEquation equation, long[][] shapes, int input)
    {
        var graph = node.Graph;
        int[] others = [.. Enumerable.Range(0, shapes.Length).Where(other => other != input)];
        string[] terms = [equation.Output, .. others.Select(other => equation.Inputs[other])];
        string[] operands = [node.OutputGradient, .. others.Select(node.Input)];
        long[][] extents = [node.OutputShape(), .. others.Select(other => shapes[other])];

        var wanted = equation.Inputs[input];
        var known = string.Concat(wanted.Where(letter => terms.Any(term => term.Contains(letter, StringComparison.Ordinal))));
        var gradient = Product(graph, terms, operands, known);

        // A letter that stands in this operand alone was summed over: all its elements have the same gradient. One of extent 1 was repeated for the others.
        long[] found = [.. wanted.Select(letter => terms.Select((term, i) => (At: term.IndexOf(letter, StringComparison.Ordinal), Shape: extents[i])).Where(term => term.At >= 0).Select(term => term.Shape[term.At]).DefaultIfEmpty(1).Max())];
        long[] full = [.. found.Zip(shapes[input], Math.Max)];
        gradient = known == wanted ? gradient : graph.Reshape(gradient, found);
        gradient = full.AsSpan().SequenceEqual(found) ? gradient : graph.Node("Expand", [gradient, graph.Constant(full)]);
        return graph.SumTo(gradient, full, shapes[input]);
    }

    // The engine takes no operand without a letter.
    private static string Product(GraphBuilder graph, string[] terms, string[] operands, string result)
    {
        if (terms[0].Length > 0)
        {
            return Einsum(graph, terms, operands, result);
        }

        return terms.Length == 1 ? operands[0] : graph.Node("Mul", [Einsum(graph, terms[1..], operands[1..], result), operands[0]]);
    }

    private static string Einsum(GraphBuilder graph, string[] terms, string[] operands, string result) =>
        graph.Node("Einsum", operands, GraphBuilder.Attribute("equation", $"{string.Join(',', terms)}->{result}"));
}
