using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Execution;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Sessions;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Training;

/// <summary>
/// Runs the steps of a <see cref="TrainingGraph"/>. Parameters and optimiser state stay on the device, in two sets of buffers that take turns as input and
/// output: a step moves a batch there and a loss back, and nothing else.
/// </summary>
internal sealed class Trainer : IDisposable
{
    private readonly Engine _engine;
    private readonly ModelSession _session;
    private readonly TrainingVectors[] _sets;
    private readonly OrtIoBinding[] _bindings;
    private readonly float[] _loss = new float[1];
    private readonly float[] _norm = new float[1];
    private readonly float[][] _scalars;
    private readonly List<IDisposable> _owned = [];
    private readonly List<PinnedTensor> _pinnedScalars;
    private ModelSession? _forward;

    /// <summary>Starts at the model's own weights.</summary>
    /// <exception cref="DiagnosticException">ONNX Runtime refuses the graph (MOC2301).</exception>
    public Trainer(Engine engine, TrainingGraph graph)
    {
        (Graph, _engine) = (graph, engine);
        _session = Own(engine.CreateSession(graph.Model));
        var place = _session.Native.GetMemoryInfosForInputs().ElementAt(_session.Native.InputNames.ToList().IndexOf(graph.Names.Vectors[0]));
        var copy = Own(engine.CreateSession(TrainingVectors.CopyModel()));
        var allocator = Own(new OrtAllocator(_session.Native, place));
        _sets = [.. Enumerable.Range(0, 2).Select(_ => Own(new TrainingVectors(allocator, copy, graph.Names.Vectors.Count, graph.Count)))];
        _scalars = [.. graph.Names.Scalars.Select(_ => new float[1])];
        _pinnedScalars = [.. _scalars.Select(Pin)];
        var (pinnedLoss, pinnedNorm) = (Pin(_loss), Pin(_norm));
        _bindings = [Bind(_sets[0], _sets[1], pinnedLoss, pinnedNorm), Bind(_sets[1], _sets[0], pinnedLoss, pinnedNorm)];
        Write([graph.Start, .. Enumerable.Range(0, graph.Optimizer.StateVectors).Select(_ => new float[graph.Count])]);
    }

    /// <summary>What is run.</summary>
    public TrainingGraph Graph { get; }

    /// <summary>Steps done since the weights were the model's.</summary>
    public long Steps { get; private set; }

    /// <summary>Norm of the gradient at the last step, before clipping.</summary>
    public double GradientNorm => _norm[0];

    private TrainingVectors Current => _sets[Steps % 2];

    /// <summary>One step.</summary>
    /// <param name="batch">Every input of <see cref="TrainingGraph.Inputs"/> by name; others are ignored.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <returns>The loss before the step.</returns>
    /// <exception cref="DiagnosticException">An input is missing or has another type or shape (MOC2304), or the run fails (MOC2302).</exception>
    public double Step(IReadOnlyDictionary<string, HostTensor> batch, double learningRate)
    {
        var binding = _bindings[Steps % 2];
        foreach (var (target, value) in _scalars.Zip(Graph.Optimizer.ScalarsAt(Steps + 1, learningRate)))
        {
            target[0] = (float)value;
        }

        // Binding an input is what brings it to the device.
        foreach (var (name, value) in Graph.Names.Scalars.Zip(_pinnedScalars))
        {
            binding.BindInput(name, value.Value);
        }

        var pinned = new List<PinnedTensor>(Graph.Inputs.Count);
        try
        {
            foreach (var input in Graph.Inputs)
            {
                var tensor = Checked(input, batch);
                pinned.Add(new PinnedTensor(tensor.Bytes, (TensorElementType)tensor.Type, tensor.Shape));
                binding.BindInput(input.Name, pinned[^1].Value);
            }

            _session.Run(binding, Bytes(batch));
        }
        finally
        {
            pinned.ForEach(tensor => tensor.Dispose());
        }

        Steps++;
        return _loss[0];
    }

    /// <summary>The loss of the weights as they are now.</summary>
    /// <param name="batch">As for <see cref="Step"/>.</param>
    /// <exception cref="DiagnosticException">As for <see cref="Step"/>.</exception>
    public double Loss(IReadOnlyDictionary<string, HostTensor> batch)
    {
        _forward ??= Own(_engine.CreateSession(TapModel.Build(Graph.Model, [Graph.Names.Loss])));
        var inputs = Graph.Inputs.Where(input => _forward.Native.InputNames.Contains(input.Name)).ToList();
        var pinned = inputs.ConvertAll(input => new PinnedTensor(Checked(input, batch).Bytes, (TensorElementType)input.Type, input.Shape));
        var loss = new float[1];
        using var pinnedLoss = new PinnedTensor(loss, TensorElementType.Float, []);
        try
        {
            _forward.RunNative(
                [Graph.Names.Vectors[0], .. inputs.Select(input => input.Name)],
                [Current.Values[0], .. pinned.Select(tensor => tensor.Value)],
                [Graph.Names.Loss],
                [pinnedLoss.Value],
                Bytes(batch));
        }
        finally
        {
            pinned.ForEach(tensor => tensor.Dispose());
        }

        return loss[0];
    }

    /// <summary>The vector of the weights as they are now.</summary>
    public float[] Vector() => Current.Read(0);

    /// <summary>The weights as they are now, by name.</summary>
    public IReadOnlyDictionary<string, HostTensor> Parameters() => Parameters(Vector());

    /// <summary>The weights of a <see cref="Vector"/>, by name.</summary>
    public IReadOnlyDictionary<string, HostTensor> Parameters(float[] vector) => Graph.Parameters.ToDictionary(
        parameter => parameter.Name,
        parameter => HostTensor.From<float>(DataType.Float, parameter.Shape, vector.AsSpan(parameter.Offset, parameter.Count)),
        StringComparer.Ordinal);

    private long Bytes(IReadOnlyDictionary<string, HostTensor> batch) =>
        ((long)sizeof(float) * Graph.Count * Graph.Names.Vectors.Count) + batch.Values.Sum(tensor => (long)tensor.Bytes.Length);

    /// <summary>Everything that the next steps depend on, for <see cref="Restore"/>.</summary>
    public byte[] Save()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Steps);
        for (var vector = 0; vector < Graph.Names.Vectors.Count; vector++)
        {
            writer.Write(MemoryMarshal.AsBytes(Current.Read(vector).AsSpan()));
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Goes back to where <see cref="Save"/> was called, in this or another trainer of an equal graph.</summary>
    /// <exception cref="ArgumentException">What was saved is of another size.</exception>
    public void Restore(ReadOnlySpan<byte> saved)
    {
        var bytes = sizeof(float) * Graph.Count;
        if (saved.Length != sizeof(long) + ((long)bytes * Graph.Names.Vectors.Count))
        {
            throw new ArgumentException("saved by the training of another graph", nameof(saved));
        }

        Steps = BitConverter.ToInt64(saved);
        var vectors = new List<float[]>();
        for (var rest = saved[sizeof(long)..]; rest.Length > 0; rest = rest[bytes..])
        {
            vectors.Add(MemoryMarshal.Cast<byte, float>(rest[..bytes]).ToArray());
        }

        Write(vectors);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var item in Enumerable.Reverse(_owned))
        {
            item.Dispose();
        }

        _owned.Clear();
    }

    private HostTensor Checked(ModelTensor input, IReadOnlyDictionary<string, HostTensor> batch) =>
        batch.TryGetValue(input.Name, out var tensor) && tensor.Type == input.Type && tensor.Shape.AsSpan().SequenceEqual(input.Shape)
            ? tensor
            : throw new DiagnosticException(
                TensorsCodes.WrongInputs,
                $"The input '{input.Name}' is trained with {input.Type}, {string.Join('×', input.Shape)}; it got "
                    + $"{(tensor is null ? "no data" : $"{tensor.Type}, {string.Join('×', tensor.Shape)}")}. Check the dataset's 'inputs' and 'preprocess'.",
                OrtErrors.Position(Graph.Model.Path));

    private void Write(List<float[]> vectors)
    {
        for (var vector = 0; vector < vectors.Count; vector++)
        {
            Current.Write(vector, vectors[vector]);
        }
    }

    private OrtIoBinding Bind(TrainingVectors from, TrainingVectors to, PinnedTensor lossValue, PinnedTensor normValue)
    {
        var binding = Own(_session.Native.CreateIoBinding());
        foreach (var (name, value) in Graph.Names.Vectors.Zip(from.Values))
        {
            binding.BindInput(name, value);
        }

        binding.BindOutput(Graph.Names.Loss, lossValue.Value);
        binding.BindOutput(Graph.Names.Norm, normValue.Value);
        foreach (var (name, value) in Graph.Names.NewVectors.Zip(to.Values))
        {
            binding.BindOutput(name, value);
        }

        return binding;
    }

    private PinnedTensor Pin(float[] scalar) => Own(new PinnedTensor(scalar, TensorElementType.Float, []));

    private T Own<T>(T item)
        where T : IDisposable
    {
        _owned.Add(item);
        return item;
    }
}

/// <summary>Vectors of float32 where a session keeps its inputs, which is the device's own memory.</summary>
internal sealed class TrainingVectors : IDisposable
{
    private readonly ModelSession _copy;
    private readonly long[] _shape;

    public TrainingVectors(OrtAllocator allocator, ModelSession copy, int vectors, int length)
    {
        _copy = copy;
        _shape = [length];
        Values = [.. Enumerable.Range(0, vectors).Select(_ => OrtValue.CreateAllocatedTensorValue(allocator, TensorElementType.Float, _shape))];
    }

    public IReadOnlyList<OrtValue> Values { get; }

    public void Write(int vector, float[] values)
    {
        using var host = new PinnedTensor(values, TensorElementType.Float, _shape);
        Copy(host.Value, Values[vector]);
    }

    public float[] Read(int vector)
    {
        var values = new float[_shape[0]];
        using var host = new PinnedTensor(values, TensorElementType.Float, _shape);
        Copy(Values[vector], host.Value);
        return values;
    }

    public void Dispose()
    {
        foreach (var value in Values)
        {
            value.Dispose();
        }
    }

    /// <summary>A model that copies <c>x</c> to <c>y</c>: running it moves numbers between host and device, whatever the device is.</summary>
    public static OnnxModel CopyModel()
    {
        var graph = new GraphWriter();
        graph.Input("x", DataType.Float, -1);
        graph.NodeTo("y", "Identity", ["x"]);
        graph.Output("y", DataType.Float, -1);
        return graph.Build();
    }

    private void Copy(OrtValue from, OrtValue to) => _copy.RunNative(["x"], [from], ["y"], [to]);
}
