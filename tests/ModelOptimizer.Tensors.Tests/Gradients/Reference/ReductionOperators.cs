using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Tests.Gradients.Reference;

internal static partial class ReferenceOperators
{
    private static void AddReductions()
    {
        Add("ReduceSum", (node, x) => Reduce(node, x, values => values.Sum()));
        Add("ReduceMean", (node, x) => Reduce(node, x, values => values.Average()));
        Add("ReduceMax", (node, x) => Reduce(node, x, values => values.Max()));
        Add("ReduceL2", (node, x) => Reduce(node, x, values => Math.Sqrt(values.Sum(value => value * value))));
        Add("ReduceProd", (node, x) => Reduce(node, x, values => values.Aggregate(1.0, (product, value) => product * value)));
        Add("ReduceSumSquare", (node, x) => Reduce(node, x, values => values.Sum(value => value * value)));
        Add("ReduceMin", (node, x) => Reduce(node, x, values => values.Min()));
    }

    private static Real Reduce(NodeProto node, Real[] x, Func<IReadOnlyList<double>, double> reduce)
    {
        var rank = x[0].Rank;
        var given = node.Ints("axes") ?? (x.Length > 1 && x[1] is { } axes ? Integers(axes) : []);
        var isAll = given.Length == 0 && node.Int("noop_with_empty_axes", 0) == 0;
        bool[] isReduced = [.. Enumerable.Range(0, rank).Select(axis => isAll || given.Any(one => FromStart(one, rank) == axis))];
        long[] kept = [.. x[0].Shape.Select((extent, axis) => isReduced[axis] ? 1 : extent)];
        var groups = Real.Indices(kept).ToDictionary(index => string.Join(' ', index), _ => new List<double>());
        foreach (var index in Real.Indices(x[0].Shape))
        {
            groups[string.Join(' ', index.Select((position, axis) => isReduced[axis] ? 0 : position))].Add(x[0][index]);
        }

        long[] shape = node.Int("keepdims", 1) == 1 ? kept : [.. x[0].Shape.Where((_, axis) => !isReduced[axis])];
        return new Real(shape, [.. Real.Indices(kept).Select(index => reduce(groups[string.Join(' ', index)]))]);
    }
}
