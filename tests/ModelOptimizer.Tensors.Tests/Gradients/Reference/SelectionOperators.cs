using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Tests.Gradients.Reference;

internal static partial class ReferenceOperators
{
    private static void AddSelections()
    {
        Add("Slice", (node, x) => Slice(node, x));
        Add("Gather", (node, x) => Gather(x[0], x[1], FromStart(node.Int("axis", 0), x[0].Rank)));
        Add("Pad", Pad);
        Add("ScatterND", ScatterND);
    }

    private static Real ScatterND(NodeProto node, Real[] x)
    {
        var (data, indices, updates) = (x[0], x[1], x[2]);
        var result = new Real(data.Shape, [.. data.Values]);
        var depth = (int)indices.Shape[^1];
        foreach (var index in Real.Indices(updates.Shape))
        {
            var outer = index[..(indices.Rank - 1)];
            long[] place =
            [
                .. Enumerable.Range(0, depth).Select(axis => (long)indices[[.. outer, axis]] is var at && at < 0 ? at + data.Shape[axis] : at),
                .. index[(indices.Rank - 1)..],
            ];
            result[place] = updates[index] + (node.Text("reduction", "none") == "add" ? result[place] : 0);
        }

        return result;
    }

    private static Real Slice(NodeProto node, Real[] x)
    {
        var rank = x[0].Rank;
        var starts = node.Ints("starts") ?? Integers(x[1]);
        var ends = node.Ints("ends") ?? Integers(x[2]);
        var axes = node.Ints("axes")
            ?? (x.Length > 3 && x[3] is { } given ? Integers(given) : [.. Enumerable.Range(0, starts.Length).Select(axis => (long)axis)]);
        var steps = x.Length > 4 ? Integers(x[4]) : [.. starts.Select(_ => 1L)];
        List<long>[] positions = [.. x[0].Shape.Select(extent => Enumerable.Range(0, (int)extent).Select(position => (long)position).ToList())];
        for (var i = 0; i < starts.Length; i++)
        {
            var axis = FromStart(axes[i], rank);
            positions[axis] = Positions(starts[i], ends[i], steps[i], x[0].Shape[axis]);
        }

        long[] shape = [.. positions.Select(list => (long)list.Count)];
        return new Real(shape, [.. Real.Indices(shape).Select(index => x[0][[.. index.Select((position, axis) => positions[axis][(int)position])]])]);
    }

    private static List<long> Positions(long start, long end, long step, long extent)
    {
        var lowest = step > 0 ? 0 : -1;
        var first = Math.Clamp(start < 0 ? start + extent : start, 0, step > 0 ? extent : extent - 1);
        var beyond = Math.Clamp(end < 0 ? end + extent : end, lowest, extent);
        var positions = new List<long>();
        for (var position = first; step > 0 ? position < beyond : position > beyond; position += step)
        {
            positions.Add(position);
        }

        return positions;
    }

    private static Real Gather(Real data, Real indices, int axis)
    {
        long[] shape = [.. data.Shape[..axis], .. indices.Shape, .. data.Shape[(axis + 1)..]];
        return new Real(shape, [.. Real.Indices(shape).Select(index =>
        {
            var read = FromStart((long)indices[index[axis..(axis + indices.Rank)]], (int)data.Shape[axis]);
            return data[[.. index[..axis], read, .. index[(axis + indices.Rank)..]]];
        })]);
    }

    private static Real Pad(NodeProto node, Real[] x, long opset)
    {
        var rank = x[0].Rank;
        var given = node.Ints("pads") ?? Integers(x[1]);
        var axes = x.Length > 3 ? Integers(x[3]) : [.. Enumerable.Range(0, rank).Select(axis => (long)axis)];
        var before = new long[rank];
        var shape = (long[])x[0].Shape.Clone();
        for (var i = 0; i < axes.Length; i++)
        {
            var axis = FromStart(axes[i], rank);
            before[axis] = given[i];
            shape[axis] += given[i] + given[axes.Length + i];
        }

        var value = opset < 11 ? node.Float("value", 0) : x.Length > 2 && x[2] is { } filling ? filling.Values[0] : 0;
        var mode = node.Text("mode", "constant");
        return new Real(shape, [.. Real.Indices(shape).Select(index =>
        {
            long[] read = [.. index.Select((position, axis) => Inside(position - before[axis], x[0].Shape[axis], mode))];
            return read.Contains(-1) ? value : x[0][read];
        })]);
    }

    // Walks one step at a time, as the definitions of the modes are worded; -1 is the constant.
    private static long Inside(long position, long extent, string mode)
    {
        while (position < 0 || position >= extent)
        {
            position = mode switch
            {
                "edge" => position < 0 ? 0 : extent - 1,
                "wrap" => position < 0 ? position + extent : position - extent,
                "reflect" => position < 0 ? -position : (2 * (extent - 1)) - position,
                _ => -1,
            };
            if (mode == "constant")
            {
                break;
            }
        }

        return position;
    }
}
