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
    // Of one tensor, and of all together: as many tensors are gathered whatever the limit is, or sums would depend on it.
    private const long LargestBuffer = 8L << 20;
    private const long AllBuffers = 128L << 20;

    private readonly OnnxModel _model;
    private readonly ModelSession? _taps;
    private readonly List<string> _tapNames;
    private readonly MomentSessions _sessions;
    private readonly List<TapBuffer> _buffers;
    private readonly long _memoryLimit;

    /// <param name="engine">Where it runs.</param>
    /// <param name="model">The model.</param>
    /// <param name="tensors">What the model gives out: the tensors of this pass's keys, and those of others.</param>
    /// <param name="keys">What is collected, as far as it fits.</param>
    /// <param name="memoryLimit">Bytes that the sums may take.</param>
    public MomentPass(Engine engine, OnnxModel model, IReadOnlyCollection<string> tensors, IReadOnlyCollection<MomentKey> keys, long memoryLimit)
    {
        _model = model;
        _memoryLimit = memoryLimit;
        _sessions = new MomentSessions(engine);
        var buffer = Math.Min(LargestBuffer, AllBuffers / Math.Max(1, tensors.Count));
        _buffers =
        [
            .. keys.GroupBy(key => key.Tensor, StringComparer.Ordinal)
                .Select(group => new TapBuffer(group.Key, [.. group.Select(key => new MomentAccumulator(_sessions, key, model.Path))], buffer)),
        ];
        var inputs = model
            .Graph.Input.Select(input => input.Name)
            .Except(model.Graph.Initializer.Select(tensor => tensor.Name), StringComparer.Ordinal)
            .ToHashSet(StringComparer.Ordinal);
        string[] inner = [.. tensors.Where(name => !inputs.Contains(name))];
        _tapNames = [.. _buffers.Select(buffer => buffer.Tensor).Where(name => !inputs.Contains(name))];
        _taps = _tapNames.Count == 0 ? null : engine.CreateSession(TapModel.Build(model, inner));
    }

    /// <summary>Reads all data; the keys that did not fit are not in the result.</summary>
    public IEnumerable<(MomentKey Key, SecondMoment Moment)> Run(IBatchSource batches, CancellationToken cancellation)
    {
        var first = true;
        foreach (var batch in batches.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            Add(batch, first ? batches.Count : null);
            first = false;
        }

        _buffers.ForEach(buffer => buffer.Flush());
        // The sums become whole matrices now: what made them goes first.
        _taps?.Dispose();
        return _buffers.SelectMany(buffer => buffer.Accumulators).Select(accumulator => (accumulator.Key, accumulator.Finish()));
    }

    public void Dispose()
    {
        _taps?.Dispose();
        _sessions.Dispose();
    }

    private void Add(Batch batch, int? all)
    {
        var needed = _taps?.Inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        using var values = _taps?.RunNative(batch.Inputs.Where(input => needed.Contains(input.Key)).ToDictionary(StringComparer.Ordinal), _tapNames);
        if (all is { } samples)
        {
            KeepWhatFits(buffer => ShapeOf(buffer, batch, values), samples / (double)batch.Count);
        }

        foreach (var buffer in _buffers)
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

    private void KeepWhatFits(Func<TapBuffer, long[]> shapeOf, double batches)
    {
        var bytes = 0L;
        var any = false;
        foreach (var buffer in _buffers)
        {
            var shape = shapeOf(buffer);
            buffer.Accumulators.RemoveAll(accumulator =>
            {
                accumulator.Expect(shape, batches);
                bytes += accumulator.StateBytes(shape);
                var drop = any && bytes > _memoryLimit;
                any = true;
                return drop;
            });
        }

        _buffers.RemoveAll(buffer => buffer.Accumulators.Count == 0);
    }

    private long[] ShapeOf(TapBuffer buffer, Batch batch, IReadOnlyCollection<OrtValue>? values) =>
        Find(buffer, values)?.GetTensorTypeAndShape().Shape ?? Input(buffer, batch).Shape;

    private OrtValue? Find(TapBuffer buffer, IReadOnlyCollection<OrtValue>? values)
    {
        var index = _tapNames.IndexOf(buffer.Tensor);
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
                OrtErrors.Position(_model.Path)
            );
    }

    private HostTensor Input(TapBuffer buffer, Batch batch) => batch.Inputs.TryGetValue(buffer.Tensor, out var tensor)
        ? tensor
        : throw new DiagnosticException(
            TensorsCodes.WrongInputs,
            $"The model's input '{buffer.Tensor}' got no data. Map an array to it in the dataset's 'inputs'.",
            OrtErrors.Position(_model.Path));
}

/// <summary>
/// Gathers small batches of one tensor until a product pays: with one sample a batch, a wide layer would otherwise copy its state more often than it
/// multiplies.
/// </summary>
/// <param name="tensor">The tensor.</param>
/// <param name="accumulators">What adds it up.</param>
/// <param name="largestBuffer">Bytes that may be gathered.</param>
internal sealed class TapBuffer(string tensor, List<MomentAccumulator> accumulators, long largestBuffer)
{
    private byte[] _gathered = [];
    private int _used;
    private long[] _shape = [];
    private TensorElementType _type;

    public string Tensor { get; } = tensor;

    public List<MomentAccumulator> Accumulators { get; } = accumulators;

    public void Add(OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        var next = info.Shape;
        var bytes = value.GetTensorSizeInBytes();
        if (_used > 0 && (info.ElementDataType != _type || !next.AsSpan(1).SequenceEqual(_shape.AsSpan(1)) || _used + bytes > largestBuffer))
        {
            Flush();
        }

        if (next.Length == 0 || !Accumulators.TrueForAll(accumulator => accumulator.MayGather) || (_used == 0 && 2 * bytes > largestBuffer))
        {
            Accumulators.ForEach(accumulator => accumulator.Add(value));
            return;
        }

        Append(value.GetTensorMutableRawData());
        _shape = _used == bytes ? [.. next] : [_shape[0] + next[0], .. _shape[1..]];
        _type = info.ElementDataType;
    }

    public void Flush()
    {
        if (_used == 0)
        {
            return;
        }

        using (var all = new PinnedTensor(_gathered, _type, _shape))
        {
            Accumulators.ForEach(accumulator => accumulator.Add(all.Value));
        }

        (_gathered, _used) = ([], 0);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_used + bytes.Length > _gathered.Length)
        {
            WorkingMemory.Expect(largestBuffer);
            Array.Resize(ref _gathered, (int)Math.Min(largestBuffer, Math.Max(2L * _gathered.Length, _used + bytes.Length)));
        }

        bytes.CopyTo(_gathered.AsSpan(_used));
        _used += bytes.Length;
    }
}
