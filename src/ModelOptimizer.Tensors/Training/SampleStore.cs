using System.Numerics.Tensors;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Sessions;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Training;

/// <summary>
/// All samples of a dataset in the host's memory, in columns: the model's inputs by name, and what is added, such as labels or a teacher's outputs.
/// </summary>
internal sealed class SampleStore
{
    private readonly Dictionary<string, SampleColumn> _columns = new(StringComparer.Ordinal);

    private readonly int _capacity;

    private SampleStore(int capacity) => _capacity = capacity;

    /// <summary>Number of samples.</summary>
    public int Count { get; private set; }

    /// <summary>The class of each sample; null unless the labels are one whole number a sample.</summary>
    public IReadOnlyList<long>? Labels { get; private set; }

    /// <summary>All values of the labels, sample after sample, equally many of each; null when the dataset has no labels.</summary>
    public IReadOnlyList<double>? Targets { get; private set; }

    /// <summary>Bytes of all columns.</summary>
    public long Bytes => _columns.Values.Sum(column => column.Bytes);

    /// <summary>Shape of one sample, by column.</summary>
    public IReadOnlyDictionary<string, long[]> Rows => _columns.ToDictionary(column => column.Key, column => column.Value.Row, StringComparer.Ordinal);

    /// <summary>The bytes that <see cref="Read"/> will take, from the first batch.</summary>
    public static long Predict(IBatchSource source) =>
        source.Read().FirstOrDefault() is { Count: > 0 } first ? source.Count * first.Inputs.Values.Sum(tensor => tensor.Bytes.LongLength) / first.Count : 0;

    /// <summary>Reads all samples.</summary>
    /// <exception cref="DiagnosticException">There are none, or they differ in type or shape (MOC3304).</exception>
    public static SampleStore Read(IBatchSource source, CancellationToken cancellation = default)
    {
        var store = new SampleStore(source.Count);
        var labels = new List<long>();
        var targets = new List<double>();
        foreach (var batch in source.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var (name, tensor) in batch.Inputs)
            {
                store.Append(name, tensor, batch.Count);
            }

            store.Count += batch.Count;
            labels.AddRange(batch.Labels ?? []);
            targets.AddRange(batch.Targets ?? []);
        }

        if (store.Count == 0)
        {
            throw new DiagnosticException(
                TensorsCodes.UnusableSamples,
                "Training needs samples, and the dataset gives none. Give 'calibrate' a dataset with samples."
            );
        }

        store.Labels = labels.Count == store.Count ? labels : null;
        store.Targets = targets.Count > 0 ? targets : null;
        return store;
    }

    /// <summary>A copy of one batch.</summary>
    /// <param name="columns">Rows of as many samples each.</param>
    public static SampleStore Of(IReadOnlyDictionary<string, HostTensor> columns)
    {
        var count = (int)columns.Values.First().Shape[0];
        var store = new SampleStore(count) { Count = count };
        foreach (var (name, rows) in columns)
        {
            store.Add(name, rows);
        }

        return store;
    }

    /// <summary>Adds a column.</summary>
    /// <param name="name">A name that no column has.</param>
    /// <param name="rows">One row for each sample.</param>
    public void Add(string name, HostTensor rows)
    {
        if (_columns.ContainsKey(name) || rows.Shape.FirstOrDefault() != Count)
        {
            throw new ArgumentException($"'{name}' is there already, or has not {Count} rows", nameof(rows));
        }

        Append(name, rows, Count);
    }

    /// <summary>Runs a model over all samples and adds what it gives as columns, so that a teacher runs once and not at every step.</summary>
    /// <param name="model">The model; its inputs are columns.</param>
    /// <param name="outputs">Outputs and the columns they become.</param>
    /// <param name="batch">Samples in one run. The last run is filled up with its last sample.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="DiagnosticException">The model fails (MOC23xx), or an output is not one row a sample (MOC3304).</exception>
    public void AddOutputs(ModelSession model, IReadOnlyDictionary<string, string> outputs, int batch, CancellationToken cancellation = default)
    {
        var inputs = Buffers(model.Inputs.Select(input => input.Name).Where(_columns.ContainsKey), batch);
        for (var first = 0; first < Count; first += batch)
        {
            cancellation.ThrowIfCancellationRequested();
            Fill(inputs, [.. Enumerable.Range(first, batch).Select(sample => Math.Min(sample, Count - 1))]);
            foreach (var (output, value) in model.Run(inputs, [.. outputs.Keys]))
            {
                if (value.Shape.FirstOrDefault() != batch)
                {
                    throw new DiagnosticException(
                        TensorsCodes.UnusableSamples,
                        $"The output '{output}' has the shape {string.Join('×', value.Shape)} for {batch} samples, not one row a sample. It cannot be learnt "
                            + "from."
                    );
                }

                Append(outputs[output], value, Math.Min(batch, Count - first));
            }
        }
    }

    /// <summary>Mean and standard deviation of all numbers of a float32 column.</summary>
    public (double Mean, double Deviation) Spread(string name)
    {
        // Less the first number, whose square would hide a small spread.
        var (sum, squares, count, first) = (0.0, 0.0, 0L, 0.0);
        var row = _columns[name].Buffer(1);
        for (var sample = 0; sample < Count; sample++)
        {
            _columns[name].CopyTo(row, [sample]);
            foreach (var value in row.As<float>())
            {
                first = count == 0 ? value : first;
                sum += value - first;
                squares += (value - first) * (value - first);
                count++;
            }
        }

        var mean = sum / count;
        return (first + mean, Math.Sqrt(Math.Max(0, (squares / count) - (mean * mean))));
    }

    /// <summary>Tensors for batches of all columns, to be filled by <see cref="Fill"/>.</summary>
    public Dictionary<string, HostTensor> Buffers(int batch) =>
        _columns.ToDictionary(column => column.Key, column => column.Value.Buffer(batch), StringComparer.Ordinal);

    /// <summary>Tensors for batches of <paramref name="names"/>, to be filled by <see cref="Fill"/>.</summary>
    public IReadOnlyDictionary<string, HostTensor> Buffers(IEnumerable<string> names, int batch) =>
        names.ToDictionary(name => name, name => _columns[name].Buffer(batch), StringComparer.Ordinal);

    /// <summary>Copies <paramref name="samples"/> into <paramref name="buffers"/>.</summary>
    public void Fill(IReadOnlyDictionary<string, HostTensor> buffers, ReadOnlySpan<int> samples)
    {
        foreach (var (name, buffer) in buffers)
        {
            _columns[name].CopyTo(buffer, samples);
        }
    }

    private void Append(string name, HostTensor tensor, int rows)
    {
        if (!_columns.TryGetValue(name, out var column))
        {
            column = _columns[name] = new SampleColumn(tensor.Type, tensor.Shape[1..], checked((int)(tensor.Bytes.LongLength / tensor.Shape[0])), _capacity);
        }

        if (!column.Takes(tensor) || tensor.Shape[0] < rows)
        {
            throw new DiagnosticException(
                TensorsCodes.UnusableSamples,
                $"The samples of '{name}' are {column.Type}, {Text(column.Row)}, and later {tensor.Type}, {Text(tensor.Shape.AsSpan(1).ToArray())}: batches "
                    + "need one shape. Make them alike with 'preprocess', or use other data."
            );
        }

        column.Append(tensor.Bytes, rows);
    }

    private static string Text(long[] shape) => shape.Length == 0 ? "a scalar" : string.Join('×', shape);
}

/// <summary>One array of <paramref name="capacity"/> samples, a row each.</summary>
internal sealed class SampleColumn(DataType type, long[] row, int rowBytes, int capacity)
{
    // In blocks, as an array of the framework ends at two gigabytes.
    private const int BlockBytes = 1 << 26;

    private readonly int _rowsPerBlock = Math.Max(1, BlockBytes / Math.Max(1, rowBytes));
    private readonly List<byte[]> _blocks = [];

    public DataType Type => type;

    public long[] Row => row;

    public int Count { get; private set; }

    public long Bytes => (long)Count * rowBytes;

    public bool Takes(HostTensor tensor) => tensor.Type == type && tensor.Shape.Length > 0 && tensor.Shape.AsSpan(1).SequenceEqual(row);

    /// <summary>Appends the rows of <paramref name="tensor"/>.</summary>
    public void Append(ReadOnlySpan<byte> tensor, int rows)
    {
        for (var i = 0; i < rows; i++, Count++)
        {
            if (Count % _rowsPerBlock == 0)
            {
                _blocks.Add(new byte[checked(Math.Min(_rowsPerBlock, capacity - Count) * rowBytes)]);
            }

            tensor.Slice(i * rowBytes, rowBytes).CopyTo(RowAt(Count));
        }
    }

    /// <summary>A tensor for <paramref name="rows"/> rows.</summary>
    public HostTensor Buffer(int rows) => new(type, [rows, .. row], new byte[checked(rows * rowBytes)]);

    public void CopyTo(HostTensor buffer, ReadOnlySpan<int> samples)
    {
        for (var i = 0; i < samples.Length; i++)
        {
            RowAt(samples[i]).CopyTo(buffer.Bytes.AsSpan(i * rowBytes));
        }
    }

    private Span<byte> RowAt(int sample) => _blocks[sample / _rowsPerBlock].AsSpan(sample % _rowsPerBlock * rowBytes, rowBytes);
}
