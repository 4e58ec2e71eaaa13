using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>
/// Seeded inputs of the declared shapes, free dimensions as <see cref="SampleForm.Shapes"/> says. A floating-point input is standard normal, or uniform over
/// its range; whole numbers are uniform over theirs, bytes over all that they can hold, and others 0 or 1 where nothing is known. A sample does not depend on
/// the batch that it is in.
/// </summary>
internal sealed class RandomSource : IBatchSource
{
    /// <summary>Numbers of one input: a gigabyte of float64, on the way to the input's type.</summary>
    public const double MostValues = 1 << 27;

    /// <summary>Samples in a batch where nothing else is said.</summary>
    public const int UsualBatch = 16;

    private readonly IReadOnlyList<ModelTensor> _inputs;
    private readonly SampleForm _form;
    private readonly int _seed;
    private readonly int _batchSize;
    private readonly bool _hasBatch;

    /// <summary>Describes the samples; nothing is made until they are read.</summary>
    /// <param name="inputs">The model's inputs.</param>
    /// <param name="count">Number of samples; rounded up to full batches where the model fixes their size.</param>
    /// <param name="seed">Seed.</param>
    /// <param name="preferredBatch">Samples in a batch where the model leaves that open.</param>
    /// <param name="position">Where the manifest asks for them.</param>
    /// <param name="form">What a sample is like where the inputs leave that open.</param>
    /// <exception cref="DiagnosticException">An input's type is not numeric (MOC3014), or it is too large for memory (MOC3012).</exception>
    public RandomSource(
        IReadOnlyList<ModelTensor> inputs, int count, int seed, int preferredBatch = UsualBatch, SourcePosition? position = null, SampleForm? form = null)
    {
        (_inputs, _form, _seed) = (inputs, form ?? SampleForm.Unknown, seed);
        if (inputs.FirstOrDefault(input => ElementWriter.Width(input.Type) == 0) is { } other)
        {
            throw new DiagnosticException(
                DataCodes.InputType,
                $"Random values can only be made for numeric inputs; the model's input '{other.Name}' has the element type {other.Type}. Use a method that "
                    + "needs no calibration.",
                position
            );
        }

        // Inputs of rank 1 are as often one sample as they are a batch of numbers.
        var first = inputs.Select(input => input.Shape.Length == 0 ? 0 : input.Shape[0]).Distinct().ToArray();
        var isFree = first is [-1];
        _hasBatch = isFree || (first is [> 0] && inputs.All(input => input.Shape.Length > 1));
        RequireRoom(position);
        _batchSize = isFree ? Math.Clamp(preferredBatch, 1, count) : _hasBatch ? (int)first[0] : 1;
        Count = isFree || !_hasBatch ? count : checked((count + _batchSize - 1) / _batchSize * _batchSize);
    }

    /// <summary>The samples of a session's model.</summary>
    /// <exception cref="DiagnosticException">As above.</exception>
    public static RandomSource Of(ModelSession session, int count, int seed, SourcePosition? position = null, int preferredBatch = UsualBatch) =>
        new(session.Inputs, count, seed, preferredBatch, position, session.Samples);

    // What a shape asks for is believed no further than what one tensor may take.
    private void RequireRoom(SourcePosition? position)
    {
        if (_inputs.FirstOrDefault(input => Extents(input).Aggregate(1.0, (product, extent) => product * extent) > MostValues) is { } large)
        {
            throw new DiagnosticException(
                DataCodes.Batches,
                $"Random values for the model's input '{large.Name}' {ShapeText.Of(large.Shape)} do not fit into memory. Export the model with free "
                    + "dimensions, or use a method that needs no calibration.",
                position
            );
        }
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public IEnumerable<Batch> Read()
    {
        for (var start = 0; start < Count; start += _batchSize)
        {
            var count = Math.Min(_batchSize, Count - start);
            yield return new Batch(
                _inputs
                    .Select((input, part) => (input.Name, Tensor: Tensor(input, part, start, count)))
                    .ToDictionary(input => input.Name, input => input.Tensor, StringComparer.Ordinal),
                count
            );
        }
    }

    private HostTensor Tensor(ModelTensor input, int part, int start, int count)
    {
        long[] shape = [.. Extents(input)];
        if (_hasBatch)
        {
            shape[0] = count;
        }

        var elements = shape.Aggregate(1L, (product, extent) => checked(product * extent));
        var values = new double[elements];
        var block = values.Length / count;
        var isWhole = ElementWriter.IsInteger(input.Type);
        (double Low, double High)? range = _form.Ranges.TryGetValue(input.Name, out var known) ? known : isWhole ? (0, 1) : null;
        for (var sample = 0; sample < count; sample++)
        {
            var random = SplitMix.For(_seed, start + sample, part);
            foreach (ref var value in values.AsSpan(sample * block, block))
            {
                value = range is not var (low, high) ? random.NextNormal()
                    : isWhole ? low + Math.Floor(random.NextDouble() * (high - low + 1))
                    : low + (random.NextDouble() * (high - low));
            }
        }

        var tensor = new HostTensor(input.Type, shape, new byte[checked(elements * ElementWriter.Width(input.Type))]);
        ElementWriter.Write(input.Type, values, tensor.Bytes);
        return tensor;
    }

    private IEnumerable<long> Extents(ModelTensor input) => input.Shape.Select((extent, axis) => extent < 0 ? _form.Extent(input.Name, axis) : extent);
}
