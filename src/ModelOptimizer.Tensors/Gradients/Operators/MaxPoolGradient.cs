using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Tensors.Gradients.Convolutions;
using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

/// <summary>
/// The gradient goes to the element that the pooling chose: of equal ones, the first. Its place is the operator's second output, which is added where the node does not
/// have it.
/// </summary>
internal sealed class MaxPoolGradient : IOperatorGradient
{
    public string Operator => "MaxPool";

    // Windows that do not overlap choose different elements, so their gradients can be stored instead of added up. Overlapping ones are taken in turns.
    public void Backward(BackwardNode node)
    {
        var (graph, input, output) = (node.Graph, node.InputShape(0), node.OutputShape());
        var window = SpatialWindow.Of(node.Proto, node.Proto.Ints("kernel_shape")!, input[2..], output[2..]);
        var turns = window with { Kernel = [.. window.Kernel.Select((_, axis) => (window.Extent(axis) + window.Strides[axis] - 1) / window.Strides[axis])] };
        var chosen = Indices(node);
        string[] parts =
        [
            .. Enumerable.Range(0, (int)turns.Taps)
                .Select(turn => (turns with { Dilations = [.. turns.Kernel.Select(_ => 1L)] }).Offset(turn))
                .Where(first => first.Zip(output[2..], (start, extent) => start < extent).All(isInside => isInside))
                .Select(first => Stored(graph, node.OutputGradient, chosen, first, turns.Kernel, output, input)),
        ];
        var sum = parts.Length == 1 ? parts[0] : graph.Node("Sum", parts);
        node.Give(0, graph.Reshape(sum, input));
    }

    private static string Indices(BackwardNode node)
    {
        if (node.Proto.Output.Count < 2)
        {
            node.Proto.Output.Add(node.Graph.NewName("t"));
        }
        else if (node.Proto.Output[1].Length == 0)
        {
            node.Proto.Output[1] = node.Graph.NewName("t");
        }

        return node.Proto.Output[1];
    }

    private static string Stored(GraphBuilder graph, string gradient, string chosen, long[] first, long[] steps, long[] output, long[] input)
    {
        if (steps.Any(step => step > 1))
        {
            long[] axes = [.. first.Select((_, axis) => axis + 2L)];
            (gradient, chosen) = (graph.Slice(gradient, first, output[2..], axes, steps), graph.Slice(chosen, first, output[2..], axes, steps));
        }

        var size = input.Aggregate(1L, (product, extent) => product * extent);
        return graph.Node(
            "MaxUnpool",
            [graph.Reshape(gradient, 1, 1, -1), graph.Reshape(chosen, 1, 1, -1), graph.Constant(1, 1, size)],
            GraphBuilder.Attribute("kernel_shape", [1L]),
            GraphBuilder.Attribute("strides", [1L]));
    }
}
