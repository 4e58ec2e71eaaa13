using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>A weight whose numbers are all on a grid.</summary>
/// <param name="Name">The tensor's name, which what makes it will have.</param>
/// <param name="Dims">Its shape.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Format">The grid.</param>
/// <param name="Codes">The codes in the tensor's order; empty for float16.</param>
/// <param name="Scales">A scale for each output channel; empty for float16.</param>
/// <param name="Axis">Which numbers a scale belongs to.</param>
/// <param name="Halves">The numbers of a float16 weight in the tensor's order; empty otherwise.</param>
internal sealed record RoundedTensor(string Name, long[] Dims, DataType Type, WeightFormat Format, sbyte[] Codes, float[] Scales, ChannelAxis Axis, Half[] Halves)
{
    /// <summary>How many numbers.</summary>
    public int Count => Format.HasCodes ? Codes.Length : Halves.Length;

    /// <summary>The numbers that the graph makes.</summary>
    public double[] Values() => Format.HasCodes
        ? [.. Enumerable.Range(0, Count).Select(i => WeightValues.Round((int)Type, WeightFormat.Value(Codes[i], Scales[i / Axis.Inner % Axis.Count])))]
        : Array.ConvertAll(Halves, half => WeightValues.Round((int)Type, (double)half));

    /// <summary>The same weight as a plain constant.</summary>
    public TensorProto Plain() => WeightValues.Create(Name, (int)Type, Dims, Values());
}
