using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>Sums, means and extremes over axes.</summary>
internal static class ReductionRules
{
    public static readonly Dictionary<string, GradientRule> All = new(StringComparer.Ordinal)
    {
        ["GlobalAveragePool"] = GlobalAveragePool,
        ["GlobalMaxPool"] = GlobalMaxPool,
        ["ReduceL2"] = ReduceL2,
        ["ReduceMax"] = ReduceExtreme,
        ["ReduceMean"] = ReduceMean,
        ["ReduceMin"] = ReduceExtreme,
        ["ReduceProd"] = ReduceProd,
        ["ReduceSum"] = ReduceSum,
        ["ReduceSumSquare"] = ReduceSumSquare,
    };

    private static void GlobalAveragePool(BackwardNode node)
    {
        node.Give(0, node.Repeat(node.Graph.Mul(node.OutputGradient, 1f / node.InputShape(0)[2..].Product())));
    }

    // Elements that tie for the maximum share the gradient equally.
    private static void GlobalMaxPool(BackwardNode node)
    {
        var (graph, shape) = (node.Graph, node.InputShape(0));
        var isBelow = graph.Node("Less", [node.Input(0), node.Proto.Output[0]]);
        var isMaximum = graph.Node("Where", [isBelow, graph.Scalar(0), graph.Scalar(1)]);
        var ties = graph.ReduceSum(isMaximum, [.. Enumerable.Range(2, shape.Length - 2).Select(axis => (long)axis)]);
        node.Give(0, graph.Node("Mul", [isMaximum, graph.Node("Div", [node.OutputGradient, ties])]));
    }

    // Equal elements share the gradient.
    private static void ReduceExtreme(BackwardNode node)
    {
        var graph = node.Graph;
        var reduction = new Reduction(node);
        var isExtreme = graph.Indicator(graph.Equal(node.Input(0), reduction.WithAxes(node.Proto.Output[0])));
        var ties = reduction.Axes.Length == 0 ? isExtreme : graph.ReduceSum(isExtreme, reduction.Axes);
        node.Give(0, graph.Mul(isExtreme, graph.Div(reduction.WithAxes(node.OutputGradient), ties)));
    }

    // x/‖x‖; where that is 0/0, 0.
    private static void ReduceL2(BackwardNode node)
    {
        var (graph, reduction) = (node.Graph, new Reduction(node));
        var norm = reduction.WithAxes(node.Proto.Output[0]);
        var divisor = graph.Where(graph.IsPositive(norm), norm, graph.Scalar(1));
        node.Give(0, graph.Mul(graph.Div(node.Input(0), divisor), reduction.WithAxes(node.OutputGradient)));
    }

    // The product of the others. It is that of all that are not zero, divided by the element if that is not, or zero if another one is.
    private static void ReduceProd(BackwardNode node)
    {
        var (graph, reduction) = (node.Graph, new Reduction(node));
        var isZero = graph.Equal(node.Input(0), graph.Scalar(0));
        var others = graph.Where(isZero, graph.Scalar(1), node.Input(0));
        var zeros = graph.Indicator(isZero);
        var zerosOfOthers = graph.Sub(reduction.Axes.Length == 0 ? zeros : graph.ReduceSum(zeros, reduction.Axes), zeros);
        var product = node.Proto.Clone();
        (product.Name, product.Input[0], product.Output[0]) = (graph.NewName("product"), others, graph.NewName("t"));
        graph.NewNodes.Add(product);
        var ofOthers = graph.OnlyWhereNot(graph.IsPositive(zerosOfOthers), graph.Div(reduction.WithAxes(product.Output[0]), others));
        node.Give(0, graph.Mul(ofOthers, reduction.WithAxes(node.OutputGradient)));
    }

    private static void ReduceSumSquare(BackwardNode node) =>
        node.Give(0, node.Graph.Mul(node.Graph.Mul(node.Input(0), 2), new Reduction(node).WithAxes(node.OutputGradient)));

    private static void ReduceMean(BackwardNode node)
    {
        var reduction = new Reduction(node);
        node.Give(0, node.Repeat(node.Graph.Mul(reduction.WithAxes(node.OutputGradient), 1f / reduction.Count)));
    }

    private static void ReduceSum(BackwardNode node)
    {
        node.Give(0, node.Repeat(new Reduction(node).WithAxes(node.OutputGradient)));
    }
}

/// <summary>Which axes a <c>Reduce…</c> node reduces, in whatever form its version gives them.</summary>
internal sealed class Reduction
{
    private readonly BackwardNode _node;

    public Reduction(BackwardNode node)
    {
        _node = node;
        var rank = node.InputShape(0).Length;
        var axes = node.Proto.Ints("axes") ?? node.ConstantIntegers(1) ?? [];
        var everything = axes.Length == 0 && node.Proto.Int("noop_with_empty_axes", 0) == 0;
        Axes = everything ? [.. Enumerable.Range(0, rank).Select(axis => (long)axis)] : [.. axes.Select(axis => axis < 0 ? axis + rank : axis).Order()];
    }

    /// <summary>The axes, from 0, in order.</summary>
    public long[] Axes { get; }

    /// <summary>Number of elements behind one of the output.</summary>
    public long Count => Axes.Aggregate(1L, (product, axis) => product * _node.InputShape(0)[axis]);

    /// <summary><paramref name="reduced"/>, of the output's shape, with the reduced axes as axes of one element.</summary>
    public string WithAxes(string reduced)
    {
        var shape = (long[])_node.InputShape(0).Clone();
        foreach (var axis in Axes)
        {
            shape[axis] = 1;
        }

        return shape.AsSpan().SequenceEqual(_node.OutputShape()) ? reduced : _node.Graph.Reshape(reduced, shape);
    }
}
