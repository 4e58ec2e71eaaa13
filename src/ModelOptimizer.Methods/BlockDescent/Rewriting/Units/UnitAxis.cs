using System.Runtime.InteropServices;

namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Where the units are in the tensors between two layers, and so which constant shapes name their number.</summary>
internal sealed class UnitAxis
{
    private readonly LayerLink _link;
    private readonly List<(NodeProto Node, long[]? Target, int Axis)> _nodes = [];

    private UnitAxis(LayerLink link) => _link = link;

    /// <summary>Why the number of units cannot change; null when it can.</summary>
    public string? Obstacle { get; private set; }

    public static UnitAxis Of(LayerLink link, ConstantLookup constants, IReadOnlyDictionary<string, long[]> shapes)
    {
        var result = new UnitAxis(link);
        foreach (var node in link.Nodes)
        {
            result.Obstacle ??= result.Add(node, constants, shapes);
        }

        return result;
    }

    /// <summary>What changes when <paramref name="units"/> of the units are left.</summary>
    public IReadOnlyList<ResizedTensor> Resized(int units) =>
    [
        .. new[] { _link.From.Node.Output[0], _link.From.Output }.Distinct(StringComparer.Ordinal).Select(name => new ResizedTensor(name)),
        .. _nodes.Select(entry => new ResizedTensor(entry.Node.Output[0], Scaled(entry.Target, entry.Axis, units))),
    ];

    private long[]? Scaled(long[]? target, int axis, int units)
    {
        if (target is null)
        {
            return null;
        }

        long[] scaled = [.. target];
        scaled[axis] = target[axis] / _link.From.OutputChannels * units;
        return scaled;
    }

    private string? Add(NodeProto node, ConstantLookup constants, IReadOnlyDictionary<string, long[]> shapes)
    {
        if (node.Operator() == "Squeeze" && node.InputAt(1) is null && node.Attribute("axes") is null)
        {
            return $"the Squeeze '{node.Name}' removes every axis of 1, that of a single unit too";
        }

        if (node.Operator() != "Reshape")
        {
            _nodes.Add((node, null, 0));
            return null;
        }

        var obstacle = $"the Reshape '{node.Name}' fixes the number of units in a way that cannot be changed";
        if (constants.Find(node.InputAt(1))?.Tensor is not { } shape || node.Int("allowzero", 0) != 0
            || Find(node.Input[0], shapes) is not { } before || Find(node.Output[0], shapes) is not { } after)
        {
            return obstacle;
        }

        long[] target = shape.HasRawData ? [.. MemoryMarshal.Cast<byte, long>(shape.RawData.Span)] : [.. shape.Int64Data];
        // A zero copies what the input has on the same axis.
        var copies = before < target.Length && target[before] == 0;
        if (copies != (target[after] == 0) || (copies && before != after))
        {
            return obstacle;
        }

        _nodes.Add((node, target[after] > 0 ? target : null, after));
        return null;
    }

    // The one axis that whole units lie on: what is right of it is a part of a unit, with it they are all.
    private int? Find(string tensor, IReadOnlyDictionary<string, long[]> shapes)
    {
        if (!shapes.TryGetValue(tensor, out var shape) || Positions(shapes) is not { } positions)
        {
            return null;
        }

        var inner = 1L;
        for (var axis = shape.Length - 1; axis >= 0; axis--)
        {
            if (positions % inner == 0 && shape[axis] * inner % (_link.From.OutputChannels * positions) == 0)
            {
                return axis;
            }

            inner *= shape[axis];
        }

        return null;
    }

    private long? Positions(IReadOnlyDictionary<string, long[]> shapes) =>
        _link.From.Kind != LayerKind.Conv ? 1
        : shapes.TryGetValue(_link.From.Output, out var shape) ? shape.Skip(2).Product()
        : null;
}
