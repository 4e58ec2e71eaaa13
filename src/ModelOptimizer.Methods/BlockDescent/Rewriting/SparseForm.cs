using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>
/// The numbers that are not zero and where they are; standard operators on constants put them among zeros, which runtimes do once, when they load the model. Up to 8 bits
/// of distance from one to the next (<see cref="Gaps"/>); before CumSum existed, whole positions.
/// </summary>
internal sealed record SparseForm(Matrix Value) : WeightForm(Value)
{
    // ConstantOfShape and Scatter.
    private const long FirstOpset = 9;

    // CumSum and ScatterElements.
    private const long FirstOpsetWithGaps = 11;

    public override long Elements => Value.Values.LongCount(value => value != 0);

    public override string? Obstacle(WeightLayer layer, long opset) =>
        opset < FirstOpset ? $"its zeros cannot be left out in opset {opset}; that takes opset {FirstOpset}" : null;

    public override void Write(WeightParts parts)
    {
        var layer = parts.Layer;
        var dims = StoredWeight.Dims(layer, Value.Rows, Value.Columns);
        var numbers = Array.ConvertAll(StoredWeight.Values(layer, Value), value => WeightValues.Round(layer.ElementType, value));
        var weight = numbers.All(value => value == 0) ? Zeros(parts, dims) : parts.Node("Reshape", "_full", Scattered(parts, numbers), parts.Shape(dims));
        parts.Nodes.Add(Reading(layer, weight));
    }

    private static string Scattered(WeightParts parts, double[] numbers)
    {
        var zeros = Zeros(parts, [numbers.Length]);
        if (parts.Opset < FirstOpsetWithGaps)
        {
            var positions = Enumerable.Range(0, numbers.Length).Where(i => numbers[i] != 0).ToArray();
            return parts.Node(
                "Scatter",
                "_flat",
                zeros,
                parts.Integers<int>("_positions", DataType.Int32, [positions.Length], positions),
                parts.Numbers("_values", [positions.Length], Array.ConvertAll(positions, i => numbers[i])));
        }

        var (gaps, values) = Gaps.Of(numbers);
        var steps = parts.Cast("_steps", parts.Integers<byte>("_gaps", DataType.Uint8, [gaps.Length], gaps), DataType.Int64);
        var places = parts.Node("CumSum", "_positions", steps, parts.Integers<int>("_axis", DataType.Int32, [], [0]));
        return parts.Node("ScatterElements", "_flat", zeros, places, parts.Numbers("_values", [values.Length], values));
    }

    private static string Zeros(WeightParts parts, long[] dims)
    {
        var zeros = parts.Node("ConstantOfShape", "_zeros", parts.Shape(dims));
        if (parts.Layer.ElementType != (int)DataType.Float)
        {
            var zero = WeightValues.Create("", parts.Layer.ElementType, [1], new double[1]);
            zero.ClearName();
            parts.Nodes[^1].Attribute.Add(new AttributeProto { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = zero });
        }

        return zeros;
    }
}
