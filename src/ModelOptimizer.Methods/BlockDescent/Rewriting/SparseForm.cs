using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>
/// The numbers that are not zero and where they are; standard operators on constants put them among zeros, which runtimes do once, when they load the model.
/// Up to 8 bits of distance from one to the next (<see cref="Gaps"/>); before CumSum existed, whole positions.
/// </summary>
internal sealed record SparseForm(Matrix Value) : WeightForm(Value)
{
    public override long Elements => Value.Values.LongCount(value => value != 0);

    public override string? Obstacle(WeightLayer layer, long opset) =>
        opset < Opsets.Scatter ? $"its zeros cannot be left out in opset {opset}; that takes opset {Opsets.Scatter}" : null;

    public override void Write(WeightLayer layer, GraphWriter write)
    {
        var dims = StoredWeight.Dims(layer, Value.Rows, Value.Columns);
        var numbers = Array.ConvertAll(StoredWeight.Values(layer, Value), value => WeightValues.Round(layer.ElementType, value));
        var weight = numbers.All(value => value == 0) ? Zeros(write, dims) : write.Node("Reshape", "_full", [Scattered(write, numbers), Shape(write, dims)]);
        write.NewNodes.Add(Reading(layer, weight));
    }

    private static string Scattered(GraphWriter write, double[] numbers)
    {
        var zeros = Zeros(write, [numbers.Length]);
        if (write.Opset < Opsets.CumSum)
        {
            var positions = Enumerable.Range(0, numbers.Length).Where(i => numbers[i] != 0).ToArray();
            var at = write.Raw<int>("_positions", DataType.Int32, positions, positions.Length);
            return write.Node("Scatter", "_flat", [zeros, at, write.Numbers("_values", Array.ConvertAll(positions, i => numbers[i]), positions.Length)]);
        }

        var (gaps, values) = Gaps.Of(numbers);
        var steps = write.Cast(write.Raw<byte>("_gaps", DataType.Uint8, gaps, gaps.Length), DataType.Int64, "_steps");
        var places = write.Node("CumSum", "_positions", [steps, write.Raw<int>("_axis", DataType.Int32, [0])]);
        return write.Node("ScatterElements", "_flat", [zeros, places, write.Numbers("_values", values, values.Length)]);
    }

    private static string Zeros(GraphWriter write, long[] dims)
    {
        // Without a value they are float32.
        var value = GraphWriter.Attribute("value", WeightValues.Create("", write.ElementType, [1], new double[1]));
        return write.Node("ConstantOfShape", "_zeros", [Shape(write, dims)], write.ElementType == (int)DataType.Float ? [] : [value]);
    }
}

/// <summary>Places of numbers as distances of one byte: the running sum of the gaps is where each value belongs.</summary>
internal static class Gaps
{
    private const int Longest = byte.MaxValue;

    /// <summary>What is not zero in <paramref name="numbers"/>, with a zero wherever the next one is further away than a byte can say.</summary>
    public static (byte[] Gaps, double[] Values) Of(ReadOnlySpan<double> numbers)
    {
        var gaps = new List<byte>();
        var values = new List<double>();
        var last = 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] == 0)
            {
                continue;
            }

            for (; i - last > Longest; last += Longest)
            {
                gaps.Add(Longest);
                values.Add(0);
            }

            gaps.Add((byte)(i - last));
            values.Add(numbers[i]);
            last = i;
        }

        return ([.. gaps], [.. values]);
    }
}
