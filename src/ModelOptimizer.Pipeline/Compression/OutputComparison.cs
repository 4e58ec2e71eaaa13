using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Pipeline.Compression;

/// <summary>
/// How far a compressed model's outputs are from the original's, whatever the gates look at: a model that was ruined must not look like one that was
/// compressed.
/// </summary>
/// <param name="job">The job.</param>
/// <param name="original">The original's session.</param>
internal sealed class OutputComparison(JobContext job, ModelSession original)
{
    // Multiply-adds of both models together: what a CPU does in a minute or so.
    private const double Affordable = 2e12;
    private const int LeastSamples = 16;
    private const int MostSamples = 256;

    private bool _runsCompressed;

    /// <summary>Runs both models on the gates' samples, or else on calibration samples, or on random inputs that no method has seen.</summary>
    /// <param name="compressed">The compressed model.</param>
    /// <param name="macs">Multiply-adds of one sample of the original; null where they are not known.</param>
    /// <param name="sampleBytes">Of the tensors that the compressed model makes of one sample: chains of factors may make many times the original's.</param>
    /// <exception cref="DiagnosticException">The original runs and the compressed model does not (MOC23xx).</exception>
    public OutputErrors Measure(ModelSession compressed, long? macs, long sampleBytes)
    {
        // A student may have fewer outputs, and inputs, than the original.
        string[] names = [.. Wanted.Intersect(compressed.Outputs.Select(output => output.Name), StringComparer.Ordinal)];
        if (names.Length == 0)
        {
            return new OutputErrors { Problem = "no output holds floating-point numbers" };
        }

        var most = (int)Math.Clamp(Affordable / 2 / (macs is { } known and > 0 ? known : 1e9), LeastSamples, MostSamples);
        try
        {
            return Samples(most, sampleBytes) is not { } samples
                ? new OutputErrors { Problem = "there is no data: the model has neither 'calibrate' nor 'evaluate: { dataset: … }'" }
                : Compare(samples, most, names, compressed);
        }
        catch (DiagnosticException exception) when (!_runsCompressed)
        {
            // What the original cannot do says nothing about compression, and is an error where a method or a gate needs it.
            return new OutputErrors { Problem = $"the original could not be run: {exception.Diagnostic.Message.TrimEnd('.')}" };
        }
    }

    /// <summary>What one output did over all samples; null where its shape is not the same in both models.</summary>
    public static OutputError? Of(string name, IEnumerable<(HostTensor Before, HostTensor After)> values)
    {
        var sums = new Sums();
        foreach (var (before, after) in values)
        {
            sums.Add(before, after);
        }

        return sums.Result(name);
    }

    private IEnumerable<string> Wanted => original.Outputs.Where(output => ElementTypes.IsFloat((int)output.Type)).Select(output => output.Name);

    private Draw? Draw => job.Model.Evaluate is { Dataset: { } dataset, Samples: var samples } ? new Draw(dataset, samples) : job.Calibration;

    private IBatchSource? Samples(int most, long sampleBytes)
    {
        if (Draw is not { } draw)
        {
            return job.OpenRandom(original, most, sampleBytes);
        }

        // A draw of fewer samples with the same seed is a part of the draw of more.
        var all = draw.Open(original, job.Plan.Seed);
        var batch = all.Read().First().Count;
        var fewer = (most + batch - 1) / batch * batch;
        return fewer < all.Count ? (draw with { Count = fewer }).Open(original, job.Plan.Seed) : all;
    }

    private OutputErrors Compare(IBatchSource samples, int most, string[] names, ModelSession compressed)
    {
        var sums = names.ToDictionary(name => name, _ => new Sums(), StringComparer.Ordinal);
        var read = compressed.Inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        var done = 0;
        foreach (var batch in samples.Read().TakeWhile(_ => done < most))
        {
            job.Cancellation.ThrowIfCancellationRequested();
            var before = original.Run(batch.Inputs, names);
            _runsCompressed = true;
            var after = compressed.Run(batch.Inputs.Where(input => read.Contains(input.Key)).ToDictionary(StringComparer.Ordinal), names);
            _runsCompressed = false;
            foreach (var name in names)
            {
                sums[name].Add(before[name], after[name]);
            }

            done += batch.Count;
            job.Progress.Report(new MethodProgress("compare", done, samples.Count));
        }

        var errors = sums.Select(sum => sum.Value.Result(sum.Key)).OfType<OutputError>().ToList();
        return errors.Count > 0
            ? new OutputErrors
            {
                Dataset = Draw?.Dataset.Name,
                Samples = done,
                Outputs = errors,
                LeftOut = [.. Wanted.Except(errors.Select(error => error.Name), StringComparer.Ordinal)],
            }
            : new OutputErrors { Problem = "the shapes of its outputs depend on its values" };
    }

    /// <summary>Of one output over all samples.</summary>
    private sealed class Sums
    {
        private double _difference;
        private double _before;
        private double _after;
        private double _product;
        private bool _isLost;
        private bool _isOther;

        public void Add(HostTensor before, HostTensor after)
        {
            // Detections may be more in one model than in the other.
            _isOther |= !before.Shape.SequenceEqual(after.Shape);
            if (_isOther)
            {
                return;
            }

            foreach (var (x, y) in before.Doubles().Zip(after.Doubles()))
            {
                if (double.IsFinite(x) && double.IsFinite(y))
                {
                    _difference += (x - y) * (x - y);
                    _before += x * x;
                    _after += y * y;
                    _product += x * y;
                }
                else
                {
                    // Masked values are minus infinity in both; where the original's is no number, nothing can be lost.
                    _isLost |= !double.IsNaN(x) && !x.Equals(y);
                }
            }
        }

        public OutputError? Result(string name) => _isOther ? null : new OutputError(
            name,
            _isLost ? double.PositiveInfinity : _difference == 0 ? 0 : Math.Sqrt(_difference / _before),
            _isLost ? double.NaN : _difference == 0 ? 1 : _product / Math.Sqrt(_before) / Math.Sqrt(_after));
    }
}
