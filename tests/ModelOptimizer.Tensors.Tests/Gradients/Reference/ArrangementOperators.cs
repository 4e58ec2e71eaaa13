using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Tests.Gradients.Reference;

internal static partial class ReferenceOperators
{
    private static void AddArrangements()
    {
        Add("Reshape", (_, x) => Reshape(x));
        Add("Flatten", (node, x) => Flatten(x[0], FromStart(node.Int("axis", 1), x[0].Rank)));
        Add("Squeeze", (node, x) => Squeeze(node, x));
        Add("Unsqueeze", (node, x) => Unsqueeze(node, x));
        Add("Transpose", (node, x) => Transpose(x[0], node.Ints("perm") ?? [.. Enumerable.Range(0, x[0].Rank).Reverse().Select(axis => (long)axis)]));
        Add("Expand", (_, x) => Expand(x[0], BroadcastShape(x[0].Shape, Integers(x[1]))));
        Add("Concat", (node, x) => Concat(x, FromStart(node.Int("axis", 0), x[0].Rank)));
        Add("DepthToSpace", DepthToSpace);
        Add("SpaceToDepth", SpaceToDepth);
        All.Add("Split", Split);
    }

    private static Real DepthToSpace(NodeProto node, Real[] x)
    {
        var block = node.Int("blocksize", 0);
        var channels = x[0].Shape[1] / (block * block);
        var result = Real.Zeros(x[0].Shape[0], channels, x[0].Shape[2] * block, x[0].Shape[3] * block);
        foreach (var (n, c, h, w) in Real.Indices(result.Shape).Select(index => (index[0], index[1], index[2], index[3])))
        {
            var place = (h % block * block) + (w % block);
            var depth = node.Text("mode", "DCR") == "DCR" ? (place * channels) + c : (c * block * block) + place;
            result[n, c, h, w] = x[0][n, depth, h / block, w / block];
        }

        return result;
    }

    private static Real SpaceToDepth(NodeProto node, Real[] x)
    {
        var (block, channels) = (node.Int("blocksize", 0), x[0].Shape[1]);
        var result = Real.Zeros(x[0].Shape[0], channels * block * block, x[0].Shape[2] / block, x[0].Shape[3] / block);
        foreach (var (n, c, h, w) in Real.Indices(x[0].Shape).Select(index => (index[0], index[1], index[2], index[3])))
        {
            result[n, (((h % block * block) + (w % block)) * channels) + c, h / block, w / block] = x[0][n, c, h, w];
        }

        return result;
    }

    private static Real Reshape(Real[] x)
    {
        var asked = Integers(x[1]);
        long[] shape = [.. asked.Select((extent, axis) => extent == 0 ? x[0].Shape[axis] : extent)];
        var known = shape.Where(extent => extent > 0).Aggregate(1L, (product, extent) => product * extent);
        return new Real([.. shape.Select(extent => extent < 0 ? x[0].Values.Length / known : extent)], x[0].Values);
    }

    private static Real Flatten(Real x, int axis) => new([Real.CountOf(x.Shape[..axis]), Real.CountOf(x.Shape[axis..])], x.Values);

    private static long[]? AxesOf(NodeProto node, Real[] x) => node.Ints("axes") ?? (x.Length > 1 ? Integers(x[1]) : null);

    private static Real Squeeze(NodeProto node, Real[] x)
    {
        var axes = AxesOf(node, x)?.Select(axis => FromStart(axis, x[0].Rank));
        return new Real([.. x[0].Shape.Where((extent, axis) => axes is null ? extent != 1 : !axes.Contains(axis))], x[0].Values);
    }

    private static Real Unsqueeze(NodeProto node, Real[] x)
    {
        var axes = AxesOf(node, x)!;
        var rank = x[0].Rank + axes.Length;
        var rest = new Queue<long>(x[0].Shape);
        return new Real([.. Enumerable.Range(0, rank).Select(axis => axes.Any(one => FromStart(one, rank) == axis) ? 1 : rest.Dequeue())], x[0].Values);
    }

    private static Real Transpose(Real x, long[] order)
    {
        var result = Real.Zeros([.. order.Select(axis => x.Shape[axis])]);
        foreach (var index in Real.Indices(x.Shape))
        {
            result[[.. order.Select(axis => index[axis])]] = x[index];
        }

        return result;
    }

    private static Real Expand(Real x, long[] shape) => new(shape, [.. Real.Indices(shape).Select(x.Broadcast)]);

    private static Real Concat(Real[] x, int axis)
    {
        var result = Real.Zeros([.. x[0].Shape.Select((extent, other) => other == axis ? x.Sum(part => part.Shape[axis]) : extent)]);
        var start = 0L;
        foreach (var part in x)
        {
            foreach (var index in Real.Indices(part.Shape))
            {
                result[[.. index.Select((position, other) => other == axis ? position + start : position)]] = part[index];
            }

            start += part.Shape[axis];
        }

        return result;
    }

    private static Real[] Split(NodeProto node, Real[] x, long opset)
    {
        var axis = FromStart(node.Int("axis", 0), x[0].Rank);
        var sizes = node.Ints("split") ?? (x.Length > 1 ? Integers(x[1]) : EvenSizes(x[0].Shape[axis], node.Output.Count));
        var results = new List<Real>();
        var start = 0L;
        foreach (var size in sizes)
        {
            var from = start;
            long[] shape = [.. x[0].Shape.Select((extent, other) => other == axis ? size : extent)];
            results.Add(
                new Real(
                    shape,
                    [.. Real.Indices(shape).Select(index => x[0][[.. index.Select((position, other) => other == axis ? position + from : position)]])]
                )
            );
            start += size;
        }

        return [.. results];
    }

    // The last part is the smaller one where the axis does not divide.
    private static long[] EvenSizes(long extent, int count)
    {
        var size = (extent + count - 1) / count;
        return [.. Enumerable.Range(0, count).Select(part => Math.Min(size, extent - (part * size)))];
    }
}
