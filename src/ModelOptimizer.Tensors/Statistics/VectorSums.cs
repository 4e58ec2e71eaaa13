using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>Vectors themselves, n×D, where so few are expected that Σ would be larger.</summary>
/// <param name="size">D.</param>
/// <param name="expected">How many.</param>
internal sealed class VectorSums(int size, long expected)
{
    private readonly List<Matrix> _parts = [];

    /// <summary>Bytes of all that are expected.</summary>
    public long StateBytes => sizeof(double) * expected * size;

    /// <summary>Adds vectors.</summary>
    /// <returns>How many.</returns>
    public long Add(OrtValue activation, OrtTensorTypeAndShapeInfo info)
    {
        var type = (TensorProto.Types.DataType)info.ElementDataType;
        var numbers = new HostTensor(type, info.Shape, activation.GetTensorMutableRawData().ToArray()).Doubles();
        _parts.Add(new Matrix(numbers.Length / size, size, numbers));
        return numbers.Length / size;
    }

    /// <summary>Adds their products to other sums.</summary>
    public void AddTo(GraphSums sums, MomentSessions sessions)
    {
        foreach (var part in _parts)
        {
            var (numbers, type) = sessions.Exact ? ((Array)part.Values, TensorElementType.Double)
                : (Array.ConvertAll(part.Values, value => (float)value), TensorElementType.Float);
            using var tensor = new PinnedTensor(numbers, type, [part.Rows, part.Columns]);
            sums.Add(tensor.Value, tensor.Value.GetTensorTypeAndShape());
        }
    }

    /// <summary>X/√n and μ.</summary>
    public (Matrix Span, double[] Mean) Finish()
    {
        var count = _parts.Sum(part => part.Rows);
        var (span, mean, first) = (Matrix.Uninitialized(count, size), new double[size], 0);
        foreach (var part in _parts)
        {
            part.Values.CopyTo(span.Values.AsSpan(first * size));
            first += part.Rows;
        }

        for (var row = 0; row < span.Rows; row++)
        {
            TensorPrimitives.Add(mean, span.Row(row), mean);
        }

        TensorPrimitives.Divide(mean, count, mean);
        TensorPrimitives.Divide(span.Values, Math.Sqrt(count), span.Values);
        return (span, mean);
    }
}
