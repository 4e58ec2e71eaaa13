using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>
/// The state of one key: Σ and μ as sums, in two buffers that take turns as input and output of <see cref="MomentGraph"/>. On a device without float64 the
/// graph gives the products of a few thousand patches in float32, and they are added up here in float64.
/// </summary>
internal sealed class MomentAccumulator(MomentSessions sessions, MomentKey key, string? file)
{
    // Bytes of patches in one run; the graph holds about three times as much.
    private const long PatchBytes = 48L << 20;

    // Patches whose products float32 may add up: about 1e-6 of them is lost then.
    private const long SinglePatches = 1L << 13;

    // More, and their sums take more memory than patches.
    private const int MostExtents = 3;

    // From so many multiply-adds on, some tenths of a second, what float32 leaves is accuracy enough.
    private const double ManyProducts = 1.2e10;

    // One for each extent of images of stride 1, the first few.
    private readonly Dictionary<(long Height, long Width, bool IsSingle), IImageSums> _images = [];

    private MomentGraph? _graph;
    private double[][] _state = [];
    private double[][] _spare = [];
    private float[][] _parts = [];
    private long _count;

    // Vectors themselves, n×D, where so few are expected that Σ would be larger; and how many.
    private List<Matrix>? _vectors;
    private long _expected;

    // Whether products of images are computed in float32, as long as they vary.
    private bool _isSingle;

    public MomentKey Key => key;

    /// <summary>Whether batches may be put together along the first dimension.</summary>
    public bool MayGather => !key.Transposed;

    /// <summary>Says how much will come.</summary>
    /// <param name="shape">The extents of the first activation.</param>
    /// <param name="batches">How many such there are.</param>
    public void Expect(long[] shape, double batches)
    {
        var graph = Graph(shape);
        _expected = (long)Math.Ceiling(shape.Product() / graph.Size * batches);
        _isSingle = key.Window is not null && shape.Product() / shape[1] * batches * Math.Pow(graph.Size, 2) > ManyProducts;
        var isPlain = key is { Window: null, Transposed: false, Directions: 1 };
        _vectors = isPlain && SecondMoment.IsInSpan(_expected, graph.Size) ? [] : null;
    }

    /// <summary>Bytes of the sums for an activation of <paramref name="shape"/>.</summary>
    public long StateBytes(long[] shape) =>
        _vectors is not null ? sizeof(double) * _expected * Graph(shape).Size
        : Shifted(Graph(shape), shape) is { } window ? ShiftedProducts<double>.StateBytes(window)
        : (sizeof(double) + (sessions.Exact ? sizeof(double) : sizeof(float))) * Graph(shape).StateShapes.Sum(extents => extents.Product());

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
            AddSquares(_vectors);
        }

        if (_vectors is not null)
        {
            var type = (TensorProto.Types.DataType)info.ElementDataType;
            var numbers = new HostTensor(type, info.Shape, activation.GetTensorMutableRawData().ToArray()).Doubles();
            _vectors.Add(new Matrix(numbers.Length / _graph.Size, _graph.Size, numbers));
            _count += numbers.Length / _graph.Size;
            return;
        }

        if (Shifted(wanted, info.Shape) is { } windows)
        {
            AddImages(activation.GetTensorMutableRawData(), windows, info);
            return;
        }

        var session = Start((TensorProto.Types.DataType)info.ElementDataType);
        if (key.Window is null)
        {
            AddVectors(session, activation, info);
            _count += info.ElementCount / _graph!.Size / _graph.Groups;
        }
        else
        {
            AddWindows(session, activation, info.Shape, info.ElementDataType, key.Window.Resolve(info.Shape[2..]));
        }
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
            return Spanned(_vectors);
        }

        (_spare, _parts) = ([], []);
        var (size, groups) = (_graph!.Size, _graph.Groups);
        var sigma = Enumerable.Range(0, groups).Select(Sum).ToList();
        double[][] mean =
            [.. Enumerable.Range(0, groups).Select(group => _state.Length > 0 ? _state[^1].AsSpan(group * size, size).ToArray() : new double[size])];
        _state = [];
        foreach (var images in _images.Values)
        {
            images.AddTo(sigma[0], mean[0]);
        }

        _images.Clear();
        foreach (var sums in mean.Concat(sigma.Select(matrix => matrix.Values)))
        {
            TensorPrimitives.Divide(sums, _count, sums);
        }

        RequireFinite(sigma.SelectMany(matrix => Enumerable.Range(0, matrix.Rows).Select(row => matrix[row, row])));
        return new SecondMoment(sigma, mean, _count);
    }

    private SecondMoment Spanned(List<Matrix> vectors)
    {
        _vectors = null;
        var (span, mean, first) = (Matrix.Uninitialized((int)_count, _graph!.Size), new double[_graph.Size], 0);
        foreach (var part in vectors)
        {
            part.Values.CopyTo(span.Values.AsSpan(first * _graph.Size));
            first += part.Rows;
        }

        for (var row = 0; row < span.Rows; row++)
        {
            TensorPrimitives.Add(mean, span.Row(row), mean);
        }

        TensorPrimitives.Divide(mean, _count, mean);
        TensorPrimitives.Divide(span.Values, Math.Sqrt(_count), span.Values);
        RequireFinite([TensorPrimitives.SumOfSquares<double>(span.Values)]);
        return SecondMoment.OfSpan(sessions.Algebra, span, mean, _count);
    }

    private Matrix Sum(int group)
    {
        var matrix = new Matrix(_graph!.Size, _graph.Size);
        for (var (row, block) = (0, 0); row < _graph.Size && _state.Length > 0; row++)
        {
            block += row == _graph.Bounds[block + 1] ? 1 : 0;
            var width = _graph.Bounds[block + 1];
            _state[block].AsSpan(checked(((group * _graph.Size) + row - _graph.Bounds[block]) * width), row + 1).CopyTo(matrix.Row(row));
            for (var column = 0; column < row; column++)
            {
                matrix[column, row] = matrix[row, column];
            }
        }

        return matrix;
    }

    // The windows where they need not be written out. A 1×1 kernel's are the image itself, which the graph takes by halves too.
    private ImageWindows? Shifted(MomentGraph graph, long[] shape) =>
        sessions is { Exact: true, OnHost: true } && graph.Groups == 1 && key.Window is { } window && shape.Product() > 0
        && ImageWindows.Of(window.Resolve(shape[2..]), shape) is { } windows
        && (_isSingle || windows.Taps > 1)
        && windows.BytesOfSample <= ImageWindows.MostBytes
        && (_images.Keys.Any(seen => (seen.Height, seen.Width) == (shape[2], shape[3])) || _images.Count < MostExtents)
            ? windows
            : null;

    private void AddImages(ReadOnlySpan<byte> values, ImageWindows windows, OrtTensorTypeAndShapeInfo info)
    {
        var (shape, type) = (info.Shape, info.ElementDataType);
        _isSingle &= ImagePrecision.Suits(windows, type) && ImagePrecision.Varies(values, type, (int)shape[0], windows.Channels);
        var extent = (shape[2], shape[3], _isSingle);
        if (!_images.TryGetValue(extent, out var sums))
        {
            _images.Add(extent, sums = _isSingle ? new ImageSums<float>(sessions, windows) : new ImageSums<double>(sessions, windows));
        }

        sums.Add(values, type, (int)shape[0]);
        _count += shape[0] * windows.Positions;
    }

    // There are more than the first batch made one expect.
    private void AddSquares(List<Matrix> vectors)
    {
        _vectors = null;
        foreach (var part in vectors)
        {
            var (numbers, type) = sessions.Exact ? ((Array)part.Values, TensorElementType.Double)
                : (Array.ConvertAll(part.Values, value => (float)value), TensorElementType.Float);
            using var tensor = new PinnedTensor(numbers, type, [part.Rows, part.Columns]);
            AddVectors(Start((TensorProto.Types.DataType)type), tensor.Value, tensor.Value.GetTensorTypeAndShape());
        }
    }

    private void AddVectors(ModelSession session, OrtValue activation, OrtTensorTypeAndShapeInfo info)
    {
        var rows = info.ElementCount / _graph!.Size;
        if (sessions.Exact || key.Transposed || key.Directions > 1 || rows <= SinglePatches)
        {
            Run(session, activation, []);
            return;
        }

        var rowBytes = activation.GetTensorSizeInBytes() / rows;
        for (var row = 0L; row < rows; row += SinglePatches)
        {
            var taken = Math.Min(SinglePatches, rows - row);
            using var part = Part(activation, info.ElementDataType, row * rowBytes, [taken, _graph.Size], taken * rowBytes);
            Run(session, part, []);
        }
    }

    private void AddWindows(ModelSession session, OrtValue activation, long[] shape, TensorElementType type, ConvGeometry window)
    {
        var rank = window.Kernel.Length;
        var outputs = new long[rank];
        var extents = window.Extents(shape[2..]);
        for (var axis = 0; axis < rank; axis++)
        {
            var reach = ((window.Kernel[axis] - 1) * window.Dilations[axis]) + 1;
            var room = extents[axis] + window.Pads[axis] + window.Pads[axis + rank] - reach;
            outputs[axis] = room < 0 ? 0 : (room / window.Strides[axis]) + 1;
        }

        var perSample = outputs.Product();
        if (perSample == 0)
        {
            return;
        }

        long[] pads = [0, 0, .. window.Pads[..rank].Select(pad => (long)pad), 0, 0, .. window.Pads[rank..].Select(pad => (long)pad)];
        var most = Math.Clamp(PatchBytes / (sizeof(double) * (long)_graph!.Size * _graph.Groups), 1, sessions.Exact ? long.MaxValue : SinglePatches);
        var samples = Math.Clamp(most / perSample, 1, shape[0]);
        // A sample too large for one run is cut along its first spatial dimension.
        var lines = Math.Clamp(most / (perSample / outputs[0]), 1, outputs[0]);
        var sampleBytes = activation.GetTensorSizeInBytes() / shape[0];
        for (var sample = 0L; sample < shape[0]; sample += samples)
        {
            var taken = Math.Min(samples, shape[0] - sample);
            using var part = Part(activation, type, sample * sampleBytes, [taken, .. shape[1..]], taken * sampleBytes);
            for (var line = 0L; line < outputs[0]; line += lines)
            {
                var depth = Math.Min(lines, outputs[0] - line);
                long[] begin = [line * window.Strides[0], .. new long[rank - 1]];
                long[] extent = [.. outputs.Select((output, axis) => (((axis == 0 ? depth : output) - 1) * window.Strides[axis]) + 1)];
                Run(session, part, [("pads", pads), ("begin", begin), ("extent", extent)]);
            }
        }

        _count += shape[0] * perSample;
    }

    private static unsafe OrtValue Part(OrtValue whole, TensorElementType type, long offset, long[] shape, long bytes)
    {
        fixed (byte* start = whole.GetTensorMutableRawData())
        {
            // The memory is ONNX Runtime's own or pinned by the caller for as long as the part lives.
            return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, (IntPtr)(start + offset), bytes);
        }
    }

    private void Run(ModelSession session, OrtValue activation, IReadOnlyCollection<(string Name, long[] Values)> numbers)
    {
        var pinned = new List<PinnedTensor>();
        PinnedTensor Pin(PinnedTensor tensor)
        {
            pinned.Add(tensor);
            return tensor;
        }

        try
        {
            var shapes = _graph!.StateShapes;
            string[] results = [.. _graph.StateNames.Select(name => name + "'")];
            List<OrtValue> inputs =
            [
                activation,
                .. numbers.Select(item => Pin(new PinnedTensor(item.Values, TensorElementType.Int64, [item.Values.Length])).Value),
            ];
            List<string> names = ["x", .. numbers.Select(item => item.Name)];
            OrtValue[] PinAll(Array[] buffers, TensorElementType type) =>
                [.. buffers.Zip(shapes, (values, shape) => Pin(new PinnedTensor(values, type, shape)).Value)];
            if (sessions.Exact)
            {
                inputs.AddRange(PinAll(_state, TensorElementType.Double));
                names.AddRange(_graph.StateNames);
                session.RunNative(names, inputs, results, PinAll(_spare, TensorElementType.Double));
                (_state, _spare) = (_spare, _state);
            }
            else
            {
                session.RunNative(names, inputs, results, PinAll(_parts, TensorElementType.Float));
                AddParts();
            }
        }
        finally
        {
            pinned.ForEach(tensor => tensor.Dispose());
        }
    }

    private void AddParts()
    {
        foreach (var (sums, part) in _state.Zip(_parts))
        {
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += part[i];
            }
        }
    }

    private ModelSession Start(TensorProto.Types.DataType type)
    {
        if (_state.Length == 0)
        {
            _state = [.. _graph!.StateShapes.Select(extents => new double[extents.Product()])];
            if (sessions.Exact)
            {
                _spare = [.. _graph.StateShapes.Select(extents => new double[extents.Product()])];
            }
            else
            {
                _parts = [.. _graph.StateShapes.Select(extents => new float[extents.Product()])];
            }
        }

        return sessions.For(_graph!, type);
    }

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
