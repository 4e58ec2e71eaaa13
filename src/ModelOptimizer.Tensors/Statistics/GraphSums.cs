using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>Σ and μ as sums by a <see cref="MomentGraph"/>, which writes the patches out.</summary>
/// <param name="sessions">Where it runs.</param>
/// <param name="key">What is added up.</param>
/// <param name="graph">The graph.</param>
internal abstract class GraphSums(MomentSessions sessions, MomentKey key, MomentGraph graph)
{
    // Patches whose products float32 may add up: about 1e-6 of them is lost then.
    private const long SinglePatches = 1L << 13;

    /// <summary>The sums.</summary>
    protected double[][] State { get; set; } = [.. graph.StateShapes.Select(extents => new double[extents.Product()])];

    /// <summary>Bytes of the sums and of what a run gives.</summary>
    public static long StateBytes(MomentSessions sessions, MomentGraph graph) =>
        (sizeof(double) + (sessions.Exact ? sizeof(double) : sizeof(float))) * graph.StateShapes.Sum(extents => extents.Product());

    /// <summary>Adds an activation.</summary>
    /// <returns>How many patches it has.</returns>
    public long Add(OrtValue activation, OrtTensorTypeAndShapeInfo info)
    {
        var session = sessions.For(graph, (TensorProto.Types.DataType)info.ElementDataType);
        if (key.Window is { } window)
        {
            return AddWindows(session, activation, info.Shape, info.ElementDataType, window.Resolve(info.Shape[2..]));
        }

        AddVectors(session, activation, info);
        return info.ElementCount / graph.Size / graph.Groups;
    }

    /// <summary>Σ and μ of each group, and lets the sums go.</summary>
    public (List<Matrix> Sigma, double[][] Mean) Finish()
    {
        ReleaseResults();
        var sigma = Enumerable.Range(0, graph.Groups).Select(Sum).ToList();
        var mean = Enumerable.Range(0, graph.Groups).Select(group => State[^1].AsSpan(group * graph.Size, graph.Size).ToArray()).ToArray();
        State = [];
        return (sigma, mean);
    }

    /// <summary>Runs the graph and adds what it gives.</summary>
    /// <param name="session">The graph.</param>
    /// <param name="names">Its inputs, less the state.</param>
    /// <param name="inputs">Their values.</param>
    /// <param name="results">Names of what it gives.</param>
    /// <param name="pinAll">Makes tensors of arrays, for as long as it runs.</param>
    protected abstract void Run(
        ModelSession session, List<string> names, List<OrtValue> inputs, string[] results, Func<Array[], TensorElementType, OrtValue[]> pinAll);

    /// <summary>Lets go what only runs need.</summary>
    protected abstract void ReleaseResults();

    /// <summary>Names of the state's inputs.</summary>
    protected string[] StateNames => graph.StateNames;

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
            var shapes = graph.StateShapes;
            List<OrtValue> inputs =
            [
                activation,
                .. numbers.Select(item => Pin(new PinnedTensor(item.Values, TensorElementType.Int64, [item.Values.Length])).Value),
            ];
            OrtValue[] PinAll(Array[] buffers, TensorElementType type) =>
                [.. buffers.Zip(shapes, (values, shape) => Pin(new PinnedTensor(values, type, shape)).Value)];
            Run(session, ["x", .. numbers.Select(item => item.Name)], inputs, [.. graph.StateNames.Select(name => name + "'")], PinAll);
        }
        finally
        {
            pinned.ForEach(tensor => tensor.Dispose());
        }
    }

    private void AddVectors(ModelSession session, OrtValue activation, OrtTensorTypeAndShapeInfo info)
    {
        var rows = info.ElementCount / graph.Size;
        if (sessions.Exact || key.Transposed || key.Directions > 1 || rows <= SinglePatches)
        {
            Run(session, activation, []);
            return;
        }

        var rowBytes = activation.GetTensorSizeInBytes() / rows;
        for (var row = 0L; row < rows; row += SinglePatches)
        {
            var taken = Math.Min(SinglePatches, rows - row);
            using var part = Part(activation, info.ElementDataType, row * rowBytes, [taken, graph.Size], taken * rowBytes);
            Run(session, part, []);
        }
    }

    private long AddWindows(ModelSession session, OrtValue activation, long[] shape, TensorElementType type, ConvGeometry window)
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
            return 0;
        }

        long[] pads = [0, 0, .. window.Pads[..rank].Select(pad => (long)pad), 0, 0, .. window.Pads[rank..].Select(pad => (long)pad)];
        var patchBytes = sizeof(double) * (long)graph.Size * graph.Groups;
        var most = Math.Clamp(MomentSessions.PatchBytes / patchBytes, 1, sessions.Exact ? long.MaxValue : SinglePatches);
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

        return shape[0] * perSample;
    }

    private static unsafe OrtValue Part(OrtValue whole, TensorElementType type, long offset, long[] shape, long bytes)
    {
        fixed (byte* start = whole.GetTensorMutableRawData())
        {
            // The memory is ONNX Runtime's own or pinned by the caller for as long as the part lives.
            return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, (IntPtr)(start + offset), bytes);
        }
    }

    private Matrix Sum(int group)
    {
        var matrix = new Matrix(graph.Size, graph.Size);
        for (var (row, block) = (0, 0); row < graph.Size; row++)
        {
            block += row == graph.Bounds[block + 1] ? 1 : 0;
            var width = graph.Bounds[block + 1];
            State[block].AsSpan(checked(((group * graph.Size) + row - graph.Bounds[block]) * width), row + 1).CopyTo(matrix.Row(row));
            for (var column = 0; column < row; column++)
            {
                matrix[column, row] = matrix[row, column];
            }
        }

        return matrix;
    }
}

/// <summary>In float64, in two buffers that take turns as the graph's input and output.</summary>
internal sealed class DoubleSums(MomentSessions sessions, MomentKey key, MomentGraph graph) : GraphSums(sessions, key, graph)
{
    private double[][] _spare = [.. graph.StateShapes.Select(extents => new double[extents.Product()])];

    /// <inheritdoc/>
    protected override void Run(
        ModelSession session, List<string> names, List<OrtValue> inputs, string[] results, Func<Array[], TensorElementType, OrtValue[]> pinAll)
    {
        inputs.AddRange(pinAll(State, TensorElementType.Double));
        names.AddRange(StateNames);
        session.RunNative(names, inputs, results, pinAll(_spare, TensorElementType.Double));
        (State, _spare) = (_spare, State);
    }

    /// <inheritdoc/>
    protected override void ReleaseResults() => _spare = [];
}

/// <summary>For a device without float64: the graph gives the products of a few thousand patches in float32, and they are added up here in float64.</summary>
internal sealed class SingleSums(MomentSessions sessions, MomentKey key, MomentGraph graph) : GraphSums(sessions, key, graph)
{
    private float[][] _parts = [.. graph.StateShapes.Select(extents => new float[extents.Product()])];

    /// <inheritdoc/>
    protected override void Run(
        ModelSession session, List<string> names, List<OrtValue> inputs, string[] results, Func<Array[], TensorElementType, OrtValue[]> pinAll)
    {
        session.RunNative(names, inputs, results, pinAll(_parts, TensorElementType.Float));
        foreach (var (sums, part) in State.Zip(_parts))
        {
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += part[i];
            }
        }
    }

    /// <inheritdoc/>
    protected override void ReleaseResults() => _parts = [];
}
