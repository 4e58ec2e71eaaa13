using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Rules;

/// <summary>Which axes a <c>Reduce…</c> node reduces, in whatever form its version gives them.</summary>
internal sealed class Reduction
{
    private readonly BackwardNode node;

    public Reduction(BackwardNode node)
    {
        this.node = node;
        var rank = node.InputShape(0).Length;
        var axes = node.Proto.Ints("axes") ?? node.ConstantIntegers(1) ?? [];
        var everything = axes.Length == 0 && node.Proto.Int("noop_with_empty_axes", 0) == 0;
        Axes = everything ? [.. Enumerable.Range(0, rank).Select(axis => (long)axis)] : [.. axes.Select(axis => axis < 0 ? axis + rank : axis).Order()];
    }

    /// <summary>The axes, from 0, in order.</summary>
    public long[] Axes { get; }

    /// <summary>Number of elements behind one of the output.</summary>
    public long Count => Axes.Aggregate(1L, (product, axis) => product * node.InputShape(0)[axis]);

    /// <summary><paramref name="reduced"/>, of the output's shape, with the reduced axes as axes of one element.</summary>
    public string WithAxes(string reduced)
    {
        var shape = (long[])node.InputShape(0).Clone();
        foreach (var axis in Axes)
        {
            shape[axis] = 1;
        }

        return shape.AsSpan().SequenceEqual(node.OutputShape()) ? reduced : node.Graph.Reshape(reduced, shape);
    }
}
