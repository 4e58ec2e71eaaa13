using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Writing;

namespace ModelOptimizer.Onnx.Raising;

/// <summary>Operands that were brought to one shape in other ways: since opset 7 from the last axis on, as NumPy does it.</summary>
internal static class OperandRules
{
    public static readonly Dictionary<string, RaisingRule> All = new(StringComparer.Ordinal)
    {
        ["Add"] = Broadcast,
        ["And"] = Broadcast,
        ["Div"] = Broadcast,
        ["Equal"] = Broadcast,
        ["Gemm"] = node => node.Take("broadcast"),
        ["Greater"] = Broadcast,
        ["Less"] = Broadcast,
        ["Mul"] = Broadcast,
        ["Or"] = Broadcast,
        ["PRelu"] = PRelu,
        ["Pow"] = Broadcast,
        ["Sub"] = Broadcast,
        ["Tile"] = Tile,
        ["Xor"] = Broadcast,
    };

    // The second operand's axes were those of the first from an axis on, or the last ones.
    private static void Broadcast(RaisedNode node)
    {
        var (axis, broadcast) = (node.Take("axis")?.I, node.Take("broadcast")?.I);
        if (node.From >= Opsets.Broadcast || axis is not { } first || broadcast is null or 0 || node.Rank(1) == 0)
        {
            return;
        }

        AddLastAxes(node, node.KnownRank(0) - Axis(node, first) - node.KnownRank(1));
    }

    // A slope for each channel was a vector.
    private static void PRelu(RaisedNode node)
    {
        if (node.From < Opsets.Broadcast && node.Constant(1) is not [_] && node.KnownRank(1) == 1)
        {
            AddLastAxes(node, node.KnownRank(0) - 2);
        }
    }

    // From 0 on.
    private static long Axis(RaisedNode node, long axis)
    {
        var rank = node.KnownRank(0);
        return axis >= -rank && axis < rank ? (axis + rank) % rank : throw RaisedNode.Refusal($"it has no axis {axis}");
    }

    private static void AddLastAxes(RaisedNode node, long count)
    {
        if (count > 0)
        {
            long[] axes = [.. Enumerable.Range(0, (int)count).Select(axis => axis - count)];
            node.SetInput(1, node.Graph.Node("Unsqueeze", [node.Proto.Input[1], node.Graph.Constant(axes)]));
        }
    }

    // One axis and how often, in place of a number for each axis.
    private static void Tile(RaisedNode node)
    {
        if (node.From >= Opsets.TileRepeats)
        {
            return;
        }

        if ((node.Constant(1), node.Constant(2)) is not ([var tiles], [var axis]))
        {
            throw RaisedNode.Refusal("its axis and its number of tiles are not constant");
        }

        var repeats = Enumerable.Repeat(1L, node.KnownRank(0)).ToArray();
        repeats[Axis(node, (long)axis)] = (long)tiles;
        node.Proto.KeepInputs(1);
        node.SetInput(1, node.Graph.Constant(repeats));
    }
}
