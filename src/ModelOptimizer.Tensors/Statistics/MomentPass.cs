using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Execution;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>One pass over the calibration data for as many keys as fit into memory.</summary>
internal sealed class MomentPass : IDisposable
{
    private readonly OnnxModel model;
    private readonly ModelSession? taps;
    private readonly List<string> tapNames;
    private readonly MomentSessions sessions;
    private readonly List<TapBuffer> buffers;
    private readonly long memoryLimit;

    public MomentPass(Engine engine, OnnxModel model, IReadOnlyCollection<MomentKey> keys, long memoryLimit)
    {
        this.model = model;
        this.memoryLimit = memoryLimit;
        sessions = new MomentSessions(engine);
        buffers =
        [
            .. keys.GroupBy(key => key.Tensor, StringComparer.Ordinal)
                .Select(group => new TapBuffer(group.Key, [.. group.Select(key => new MomentAccumulator(sessions, key, model.Path))])),
        ];
        var inputs = model
            .Graph.Input.Select(input => input.Name)
            .Except(model.Graph.Initializer.Select(tensor => tensor.Name), StringComparer.Ordinal)
            .ToHashSet(StringComparer.Ordinal);
        tapNames = [.. buffers.Select(buffer => buffer.Tensor).Where(name => !inputs.Contains(name))];
        taps = tapNames.Count == 0 ? null : engine.CreateSession(TapModel.Build(model, tapNames));
    }

    /// <summary>Reads all data; the keys that did not fit are not in the result.</summary>
    public IEnumerable<(MomentKey Key, SecondMoment Moment)> Run(IBatchSource batches, CancellationToken cancellation)
    {
        var first = true;
        foreach (var batch in batches.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            Add(batch, first);
            first = false;
        }

        buffers.ForEach(buffer => buffer.Flush());
        return buffers.SelectMany(buffer => buffer.Accumulators).Select(accumulator => (accumulator.Key, accumulator.Finish()));
    }

    public void Dispose()
    {
        taps?.Dispose();
        sessions.Dispose();
    }

    private void Add(Batch batch, bool first)
    {
        var needed = taps?.Inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        using var values = taps?.RunNative(batch.Inputs.Where(input => needed.Contains(input.Key)).ToDictionary(StringComparer.Ordinal), tapNames);
        if (first)
        {
            KeepWhatFits(buffer => ShapeOf(buffer, batch, values));
        }

        foreach (var buffer in buffers)
        {
            if (Find(buffer, values) is { } value)
            {
                buffer.Add(value);
            }
            else
            {
                var tensor = Input(buffer, batch);
                using var pinned = new PinnedTensor(tensor.Bytes, (TensorElementType)tensor.Type, tensor.Shape);
                buffer.Add(pinned.Value);
            }
        }
    }

    private void KeepWhatFits(Func<TapBuffer, long[]> shapeOf)
    {
        var bytes = 0L;
        var any = false;
        foreach (var buffer in buffers)
        {
            var shape = shapeOf(buffer);
            buffer.Accumulators.RemoveAll(accumulator =>
            {
                bytes += accumulator.StateBytes(shape);
                var drop = any && bytes > memoryLimit;
                any = true;
                return drop;
            });
        }

        buffers.RemoveAll(buffer => buffer.Accumulators.Count == 0);
    }

    private long[] ShapeOf(TapBuffer buffer, Batch batch, IReadOnlyCollection<OrtValue>? values) =>
        Find(buffer, values)?.GetTensorTypeAndShape().Shape ?? Input(buffer, batch).Shape;

    private OrtValue? Find(TapBuffer buffer, IReadOnlyCollection<OrtValue>? values)
    {
        var index = tapNames.IndexOf(buffer.Tensor);
        if (index < 0)
        {
            return null;
        }

        var value = values!.ElementAt(index);
        return value.OnnxType == OnnxValueType.ONNX_TYPE_TENSOR
            ? value
            : throw new DiagnosticException(
                TensorsCodes.TapUnusable,
                $"'{buffer.Tensor}' is no tensor: its statistics cannot be collected. Exclude the layer that reads it.",
                OrtErrors.Position(model.Path)
            );
    }

    private HostTensor Input(TapBuffer buffer, Batch batch) => batch.Inputs.TryGetValue(buffer.Tensor, out var tensor)
        ? tensor
        : throw new DiagnosticException(
            TensorsCodes.WrongInputs,
            $"The model's input '{buffer.Tensor}' got no data. Map an array to it in the dataset's 'inputs'.",
            OrtErrors.Position(model.Path));
}

/// <summary>
/// Gathers small batches of one tensor until a product pays: with one sample a batch, a wide layer would otherwise copy its state more often than it
/// multiplies.
/// </summary>
internal sealed class TapBuffer(string tensor, List<MomentAccumulator> accumulators)
{
    private const long LargestBuffer = 16L << 20;

    private byte[] gathered = [];
    private int used;
    private long[] shape = [];
    private TensorElementType type;

    public string Tensor { get; } = tensor;

    public List<MomentAccumulator> Accumulators { get; } = accumulators;

    public void Add(OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        var next = info.Shape;
        if (used > 0 && (info.ElementDataType != type || !next.AsSpan(1).SequenceEqual(shape.AsSpan(1))))
        {
            Flush();
        }

        var bytes = value.GetTensorSizeInBytes();
        if (next.Length == 0 || !Accumulators.TrueForAll(accumulator => accumulator.MayGather) || (used == 0 && 2 * bytes > LargestBuffer))
        {
            Accumulators.ForEach(accumulator => accumulator.Add(value));
            return;
        }

        if (used + bytes > LargestBuffer)
        {
            Flush();
        }

        Append(value.GetTensorMutableRawData());
        shape = used == bytes ? [.. next] : [shape[0] + next[0], .. shape[1..]];
        type = info.ElementDataType;
    }

    public void Flush()
    {
        if (used == 0)
        {
            return;
        }

        using var all = new PinnedTensor(gathered, type, shape);
        Accumulators.ForEach(accumulator => accumulator.Add(all.Value));
        used = 0;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (used + bytes.Length > gathered.Length)
        {
            Array.Resize(ref gathered, (int)Math.Min(LargestBuffer, Math.Max(2L * gathered.Length, used + bytes.Length)));
        }

        bytes.CopyTo(gathered.AsSpan(used));
        used += bytes.Length;
    }
}
