using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Pipeline.Evaluation;

/// <summary>A model output as rows of doubles, one row per sample.</summary>
internal sealed class OutputRows
{
    private readonly double[] _values;

    private OutputRows(double[] values, int width)
    {
        _values = values;
        Width = width;
    }

    /// <summary>Values per sample.</summary>
    public int Width { get; }

    public ReadOnlySpan<double> this[int row] => _values.AsSpan(row * Width, Width);

    /// <summary>Reads <paramref name="tensor"/>, or says in part of a sentence why it has no such rows.</summary>
    public static OutputRows? TryRead(HostTensor tensor, int samples, out string? problem)
    {
        problem = null;
        if (tensor.Shape.Length == 0 || tensor.Shape[0] != samples)
        {
            problem = $"has shape [{string.Join(", ", tensor.Shape)}] for a batch of {samples}, so its first dimension does not count samples";
            return null;
        }

        if (!ElementTypes.IsFloat((int)tensor.Type) || tensor.Type == TensorProto.Types.DataType.Bfloat16)
        {
            problem = $"holds {ElementTypes.Name((int)tensor.Type)} values, and metrics need float, double or float16";
            return null;
        }

        var values = tensor.Doubles();
        return new OutputRows(values, values.Length / samples);
    }
}
