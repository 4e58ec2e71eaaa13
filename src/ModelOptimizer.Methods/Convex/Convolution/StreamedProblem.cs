using System.Numerics.Tensors;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Tensors.Training;

namespace ModelOptimizer.Methods.Convex;

/// <summary>
/// A <see cref="IGatedProblem"/> without its matrices: every product is a pass over the activations, which the host keeps; convolutions and their adjoints run
/// on the engine in float32, batch by batch, and are summed in float64.
/// </summary>
internal sealed class StreamedProblem : IGatedProblem, IDisposable
{
    /// <summary>Name of M, what is open.</summary>
    public const string Open = "open";

    private readonly SampleStore _samples;
    private readonly int _batch;
    private readonly CancellationToken _cancellation;
    private readonly StreamedSessions _sessions;
    private readonly int _gates;
    private readonly int _outputs;
    private readonly long _places;

    /// <param name="engine">Where everything runs.</param>
    /// <param name="gates">The gates.</param>
    /// <param name="window">Their window.</param>
    /// <param name="samples">z and y; gets a column with M.</param>
    /// <param name="batch">Samples in one run.</param>
    /// <param name="cancellation">Ends a pass early.</param>
    public StreamedProblem(Engine engine, GateFilters gates, ConvGeometry window, SampleStore samples, int batch, CancellationToken cancellation)
    {
        (_samples, _batch, _cancellation) = (samples, Math.Min(batch, samples.Count), cancellation);
        var (images, targets) = (samples.Rows[BlockActivations.Input], samples.Rows[BlockActivations.Target]);
        (_gates, _outputs, _places) = (gates.Filters.Rows, (int)targets[0], targets[1] * targets[2]);
        _sessions = new StreamedSessions(engine, gates, window, images, targets);
        using (var open = engine.CreateSession(_sessions.OpenModel()))
        {
            samples.AddOutputs(open, new Dictionary<string, string> { [Open] = Open }, _batch, cancellation);
        }

        OpenTogether = new Matrix(_gates, _gates);
        foreach (var (_, result) in Passes(_ => _sessions.Counts, [Open, BlockActivations.Target], []))
        {
            Accumulate(OpenTogether.Values, result[StreamedSessions.Gram]);
            TargetSquares += result[StreamedSessions.Right].As<double>()[0];
        }
    }

    public double TargetSquares { get; }

    public Matrix OpenTogether { get; }

    public MixerSystem Mixer(Matrix filters)
    {
        var (gram, right) = (new Matrix(_gates + 1, _gates + 1), new Matrix(_gates + 1, _outputs));
        foreach (var (_, result) in Passes(_ => _sessions.Mixer, [BlockActivations.Input, Open, BlockActivations.Target], [_sessions.Filters(filters)]))
        {
            var products = result[StreamedSessions.Gram].As<double>();
            var sums = result[StreamedSessions.Sums].As<double>();
            for (var i = 0; i < _gates; i++)
            {
                TensorPrimitives.Add(gram.Row(i)[.._gates], products.Slice(i * _gates, _gates), gram.Row(i)[.._gates]);
                gram[i, _gates] = gram[_gates, i] += sums[i];
            }

            Accumulate(right.Values.AsSpan(0, _gates * _outputs), result[StreamedSessions.Right]);
            Accumulate(right.Row(_gates), result[StreamedSessions.TargetSums]);
        }

        gram[_gates, _gates] = (double)_samples.Count * _places;
        return new MixerSystem(Symmetric.Mean(gram), right, TargetSquares);
    }

    public Matrix Right(Matrix mixer, double[] bias)
    {
        // At empty filters the gradient is the right-hand side with the other sign.
        var filters = new Matrix(_gates, _sessions.Taps);
        var gradient = Sum(
            _sessions.Residual,
            [BlockActivations.Input, Open, BlockActivations.Target],
            [_sessions.Filters(filters), StreamedSessions.Mixers(mixer), StreamedSessions.Bias(bias)]
        );
        TensorPrimitives.Negate(gradient.Values, gradient.Values);
        return gradient;
    }

    public Matrix Product(Matrix filters, Matrix mixer) =>
        Sum(_sessions.Product, [BlockActivations.Input, Open], [_sessions.Filters(filters), StreamedSessions.Mixers(mixer)]);

    public void Dispose() => _sessions.Dispose();

    private Matrix Sum(Func<int, ModelSession> session, IReadOnlyList<string> columns, IReadOnlyList<(string Name, HostTensor Value)> given)
    {
        var sum = new Matrix(_gates, _sessions.Taps);
        foreach (var (_, result) in Passes(session, columns, given))
        {
            var part = result[StreamedSessions.Gradient].As<float>();
            for (var i = 0; i < part.Length; i++)
            {
                sum.Values[i] += part[i];
            }
        }

        return sum;
    }

    // One run after the other over all samples; the last one may have fewer.
    private IEnumerable<(int Count, IReadOnlyDictionary<string, HostTensor> Result)> Passes(
        Func<int, ModelSession> session,
        IReadOnlyList<string> columns,
        IReadOnlyList<(string Name, HostTensor Value)> given
    )
    {
        IReadOnlyDictionary<string, HostTensor>? buffers = null;
        for (var first = 0; first < _samples.Count; first += _batch)
        {
            _cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(_batch, _samples.Count - first);
            buffers = buffers is null || count < _batch ? _samples.Buffers(columns, count) : buffers;
            _samples.Fill(buffers, [.. Enumerable.Range(first, count)]);
            var inputs = buffers.Concat(given.Select(value => KeyValuePair.Create(value.Name, value.Value))).ToDictionary(StringComparer.Ordinal);
            yield return (count, session(count).Run(inputs));
        }
    }

    private static void Accumulate(Span<double> sum, HostTensor part) => TensorPrimitives.Add(sum, part.As<double>(), sum);
}
