using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Pipeline.Evaluation;

/// <summary>A model output as rows of doubles, one row per sample.</summary>
internal sealed class OutputRows
{
    private readonly double[] values;

    private OutputRows(double[] values, int width)
    {
        this.values = values;
        Width = width;
    }

    /// <summary>Values per sample.</summary>
    public int Width { get; }

    public ReadOnlySpan<double> this[int row] => values.AsSpan(row * Width, Width);

    /// <summary>Reads <paramref name="tensor"/>, or says in part of a sentence why it has no such rows.</summary>
    public static OutputRows? TryRead(HostTensor tensor, int samples, out string? problem)
    {
        problem = null;
        if (tensor.Shape.Length == 0 || tensor.Shape[0] != samples)
        {
            problem = $"has shape [{string.Join(", ", tensor.Shape)}] for a batch of {samples}, so its first dimension does not count samples";
            return null;
        }

        var values = Decode(tensor);
        if (values is null)
        {
            problem = $"holds {tensor.Type.ToString().ToLowerInvariant()} values, and metrics need float, double or float16";
            return null;
        }

        return new OutputRows(values, values.Length / samples);
    }

    private static double[]? Decode(HostTensor tensor) => tensor.Type switch
    {
        TensorProto.Types.DataType.Float => Widen(tensor.As<float>(), static value => value),
        TensorProto.Types.DataType.Double => tensor.As<double>().ToArray(),
        TensorProto.Types.DataType.Float16 => Widen(tensor.As<Half>(), static value => (double)value),
        _ => null,
    };

    private static double[] Widen<T>(ReadOnlySpan<T> source, Func<T, double> convert)
    {
        var result = new double[source.Length];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = convert(source[i]);
        }

        return result;
    }
}
