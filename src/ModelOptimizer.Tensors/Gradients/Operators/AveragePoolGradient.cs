using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Tensors.Gradients.Axes;
using ModelOptimizer.Tensors.Gradients.Convolutions;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class AveragePoolGradient : IOperatorGradient
{
    public string Operator => "AveragePool";

    // The number of elements in a window is a product over the axes, whether padding counts or not, so an average over a window is one of averages.
    public void Backward(BackwardNode node)
    {
        var (input, output) = (node.InputShape(0), node.OutputShape());
        var window = SpatialWindow.Of(node.Proto, node.Proto.Ints("kernel_shape")!, input[2..], output[2..]);
        var countsPadding = node.Proto.Int("count_include_pad", 0) != 0;
        AxisMap?[] maps = [null, null, .. Enumerable.Range(0, window.Rank).Select(axis => Averages(window, axis, input[axis + 2], output[axis + 2], countsPadding))];
        node.Give(0, AxisMaps.Gradient(node.Graph, node.OutputGradient, output, maps));
    }

    private static AxisMap Averages(SpatialWindow window, int axis, long inputs, long outputs, bool countsPadding)
    {
        var map = new AxisMap(inputs, outputs);
        for (var output = 0L; output < outputs; output++)
        {
            long[] taps = [.. Enumerable.Range(0, (int)window.Kernel[axis]).Select(tap => (output * window.Strides[axis]) + (tap * window.Dilations[axis]) - window.Begin[axis])];
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
}
