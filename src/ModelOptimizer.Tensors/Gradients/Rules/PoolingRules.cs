using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>Windows.</summary>
internal static class PoolingRules
{
    public static readonly Dictionary<string, GradientRule> All = new(StringComparer.Ordinal)
    {
        ["AveragePool"] = AveragePool,
        ["MaxPool"] = MaxPool,
    };

    // The number of elements in a window is a product over the axes, whether padding counts or not, so an average over a window is one of averages.
    private static void AveragePool(BackwardNode node)
    {
        var (input, output) = (node.InputShape(0), node.OutputShape());
        var window = SpatialWindow.Of(node.Proto, node.Proto.Ints("kernel_shape")!, input[2..], output[2..]);
        var countsPadding = node.Proto.Int("count_include_pad", 0) != 0;
        AxisMap?[] maps =
        [
            null,
            null,
            .. Enumerable.Range(0, window.Rank).Select(axis => Averages(window, axis, input[axis + 2], output[axis + 2], countsPadding)),
        ];
        node.Give(0, AxisMaps.Gradient(node.Graph, node.OutputGradient, output, maps));
    }

    private static AxisMap Averages(SpatialWindow window, int axis, long inputs, long outputs, bool countsPadding)
    {
        var map = new AxisMap(inputs, outputs);
        for (var output = 0L; output < outputs; output++)
        {
            long[] taps =
            [
                .. Enumerable
                    .Range(0, (int)window.Kernel[axis])
                    .Select(tap => (output * window.Strides[axis]) + (tap * window.Dilations[axis]) - window.Begin[axis]),
            ];
            long[] inside = [.. taps.Where(position => position >= 0 && position < inputs)];

            // Rounding the output size up lets the last window reach beyond the padding; what it finds there never counts.
            var counted = countsPadding ? taps.Count(position => position < inputs + window.End[axis]) : inside.Length;
            foreach (var position in inside)
            {
                map.Add(output, position, 1f / counted);
            }
        }

        return map;
    }

    // Windows of an image that touch and leave nothing out.
    private static bool IsTiled(SpatialWindow window, long[] input, long[] output) =>
        window.Rank == 2 && window.Kernel.AsSpan().SequenceEqual(window.Strides) && window.Dilations.All(dilation => dilation == 1)
        && window.Begin.Concat(window.End).All(pad => pad == 0) && output.Zip(window.Kernel, (count, extent) => count * extent).SequenceEqual(input);

    // The maximum and the gradient are repeated over their windows by a product with zeros and ones, a line of windows at a time: the runtime needs far longer
    // to find the indices of the maxima. Elements that tie share the gradient equally.
    private static string Shared(BackwardNode node, SpatialWindow window, long[] input, long[] output)
    {
        var (graph, width) = (node.Graph, output[3]);
        var (lines, elements) = (output[..3].Product(), window.Kernel[0] * input[3]);
        var ones = new float[width * elements];
        for (var element = 0L; element < elements; element++)
        {
            ones[(element % input[3] / window.Kernel[1] * elements) + element] = 1;
        }

        var windows = graph.Numbers(ones, width, elements);
        var maximum = graph.Gemm(graph.Reshape(node.Proto.Output[0], lines, width), windows);
        var isMaximum = graph.Indicator(graph.Equal(graph.Reshape(node.Input(0), lines, elements), maximum));
        var ties = graph.Gemm(isMaximum, windows, transB: true);
        var share = graph.Gemm(graph.Div(graph.Reshape(node.OutputGradient, lines, width), ties), windows);
        return graph.Reshape(graph.Mul(isMaximum, share), input);
    }

    // Windows that do not overlap choose different elements, so their gradients can be stored instead of added up. Overlapping ones are taken in turns.
    private static void MaxPool(BackwardNode node)
    {
        var (graph, input, output) = (node.Graph, node.InputShape(0), node.OutputShape());
        var window = SpatialWindow.Of(node.Proto, node.Proto.Ints("kernel_shape")!, input[2..], output[2..]);
        if (IsTiled(window, input[2..], output[2..]))
        {
            node.Give(0, Shared(node, window, input, output));
            return;
        }

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

    private static string Stored(GraphWriter graph, string gradient, string chosen, long[] first, long[] steps, long[] output, long[] input)
    {
        if (steps.Any(step => step > 1))
        {
            long[] axes = [.. first.Select((_, axis) => axis + 2L)];
            (gradient, chosen) = (graph.Slice(gradient, first, output[2..], axes, steps), graph.Slice(chosen, first, output[2..], axes, steps));
        }

        var size = input.Product();
        return graph.Node(
            "MaxUnpool",
            [graph.Reshape(gradient, 1, 1, -1), graph.Reshape(chosen, 1, 1, -1), graph.Constant(1, 1, size)],
            GraphWriter.Attribute("kernel_shape", [1L]),
            GraphWriter.Attribute("strides", [1L]));
    }
}
