using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>
/// The sums of one key, in the way that suits what comes: <see cref="VectorSums"/>, <see cref="ExtentSums"/>, or <see cref="GraphSums"/> in float64 or float32.
/// </summary>
internal sealed class MomentAccumulator(MomentSessions sessions, MomentKey key, string? file)
{
    private readonly ExtentSums _images = new(sessions, key);

    private MomentGraph? _graph;
    private GraphSums? _sums;
    private VectorSums? _vectors;
    private long _count;

    public MomentKey Key => key;

    /// <summary>Whether batches may be put together along the first dimension.</summary>
    public bool MayGather => !key.Transposed;

    /// <summary>Says how much will come.</summary>
    /// <param name="shape">The extents of the first activation.</param>
    /// <param name="batches">How many such there are.</param>
    public void Expect(long[] shape, double batches)
    {
        var graph = Graph(shape);
        var expected = (long)Math.Ceiling(shape.Product() / graph.Size * batches);
        _images.Expect(shape.Product() / shape[1] * batches * Math.Pow(graph.Size, 2));
        var isPlain = key is { Window: null, Transposed: false, Directions: 1 };
        _vectors = isPlain && SecondMoment.IsInSpan(expected, graph.Size) ? new VectorSums(graph.Size, expected) : null;
    }

    /// <summary>Bytes of the sums for an activation of <paramref name="shape"/>.</summary>
    public long StateBytes(long[] shape) =>
        _vectors is not null ? _vectors.StateBytes
        : _images.Windows(Graph(shape), shape) is { } windows ? ShiftedProducts<double>.StateBytes(windows)
        : GraphSums.StateBytes(sessions, Graph(shape));

    public void Add(OrtValue activation)
    {
        var info = activation.GetTensorTypeAndShape();
        var wanted = Graph(info.Shape);
        _graph ??= wanted;
        if (_graph.Size != wanted.Size)
        {
            throw Unusable($"its vectors have {_graph.Size} elements in one batch and {wanted.Size} in another");
        }

        if (info.ElementCount == 0)
        {
            return;
        }

        var isFew = ElementTypes.IsFloat((int)info.ElementDataType)
            && SecondMoment.IsInSpan(_count + (info.ElementCount / _graph.Size), _graph.Size);
        if (_vectors is not null && !isFew)
        {
            // There are more than the first batch made one expect.
            _vectors.AddTo(Sums(), sessions);
            _vectors = null;
        }

        _count += _vectors is not null ? _vectors.Add(activation, info)
            : _images.Windows(wanted, info.Shape) is { } windows ? _images.Add(activation.GetTensorMutableRawData(), windows, info)
            : Sums().Add(activation, info);
    }

    public SecondMoment Finish()
    {
        if (_count == 0)
        {
            throw new DiagnosticException(
                TensorsCodes.NoCalibrationData,
                $"The calibration data gave not one window of '{key.Tensor}'. Use more samples, or exclude the layer that reads it.",
                OrtErrors.Position(file));
        }

        if (_vectors is not null)
        {
            var (span, center) = _vectors.Finish();
            _vectors = null;
            RequireFinite([TensorPrimitives.SumOfSquares<double>(span.Values)]);
            return SecondMoment.OfSpan(sessions.Algebra, span, center, _count);
        }

        // Images of stride 1 alone are of one group.
        var size = _graph!.Size;
        var (sigma, mean) = _sums?.Finish() ?? ([new Matrix(size, size)], [new double[size]]);
        _sums = null;
        _images.AddTo(sigma[0], mean[0]);
        foreach (var sums in mean.Concat(sigma.Select(matrix => matrix.Values)))
        {
            TensorPrimitives.Divide(sums, _count, sums);
        }

        RequireFinite(sigma.SelectMany(matrix => Enumerable.Range(0, matrix.Rows).Select(row => matrix[row, row])));
        return new SecondMoment(sigma, mean, _count);
    }

    private GraphSums Sums() => _sums ??= sessions.Exact ? new DoubleSums(sessions, key, _graph!) : new SingleSums(sessions, key, _graph!);

    private MomentGraph Graph(long[] shape)
    {
        long size;
        if (key.Window is { } window)
        {
            if (shape.Length != window.Kernel.Length + 2 || shape[1] % window.Group != 0)
            {
                throw Unusable($"a window of {window.Kernel.Length} dimensions in {window.Group} groups does not fit the shape {string.Join('×', shape)}");
            }

            size = shape[1] / window.Group * window.Taps;
        }
        else
        {
            size =
                shape.Length >= 2 && (key.Directions == 1 || (shape.Length == 4 && shape[1] == key.Directions))
                    ? (key.Transposed ? shape[0] : shape[^1])
                    : throw Unusable($"its shape is {string.Join('×', shape)}, and {(key.Directions == 1 ? "at least two" : "four")} dimensions are needed");
        }

        return size is > 0 and < 46_341
            ? new MomentGraph(key, (int)size, sessions.Exact)
            : throw Unusable($"a second moment of {size} variables cannot be stored");
    }

    private void RequireFinite(IEnumerable<double> energies)
    {
        if (!energies.All(double.IsFinite))
        {
            throw new DiagnosticException(
                TensorsCodes.NotFinite,
                $"The activation '{key.Tensor}' is not finite on the calibration data (NaN or infinity). Check the data's preprocessing and that the original "
                    + "model gives finite outputs on it.",
                OrtErrors.Position(file));
        }
    }

    private DiagnosticException Unusable(string reason) =>
        new(
            TensorsCodes.TapUnusable,
            $"The statistics of '{key.Tensor}' cannot be collected: {reason}. Exclude the layer that reads it.",
            OrtErrors.Position(file)
        );
}
