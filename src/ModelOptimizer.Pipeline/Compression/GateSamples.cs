using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Metrics;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Pipeline.Compression;

/// <summary>Samples that gates are decided on, with what the original makes of them.</summary>
internal sealed class GateSamples
{
    private readonly JobContext _job;
    private readonly ModelSession _original;
    private readonly Draw _draw;
    private readonly OriginalOutputs _outputs;

    /// <summary>Opens them.</summary>
    /// <param name="job">The job.</param>
    /// <param name="original">The original's session, which must outlive this.</param>
    /// <param name="dataset">Where they are from.</param>
    /// <param name="count">How many are drawn; null for all.</param>
    /// <exception cref="DiagnosticException">The data cannot be read (MOC3xxx), or the output that is measured (MOC2303).</exception>
    public GateSamples(JobContext job, ModelSession original, DatasetPlan dataset, int? count)
    {
        (_job, _original, _draw) = (job, original, new Draw(dataset, count));
        Source = _draw.Open(original, job.Plan.Seed);
        _outputs = new OriginalOutputs(original, job.Model.Evaluate!.Output ?? original.Outputs[0].Name);
        original.RequireOutput(_outputs.Name);
    }

    /// <summary>The samples as the model is fed them.</summary>
    public IBatchSource Source { get; }

    /// <summary>Number of samples.</summary>
    public int Count => Source.Count;

    /// <summary>Whether a gate wants them to be other samples than those that were looked at before.</summary>
    public bool AreGated => _job.Model.Gates.Any(gate => !gate.AllowOverlap && GateRules.IsOnSamples(gate));

    /// <summary>All metrics that the manifest names or a gate is on; null where there are none.</summary>
    /// <param name="compressed">The compressed model.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="stop">Told what the samples so far say; true ends the evaluation there.</param>
    public EvaluationResult? Evaluate(ModelSession compressed, IProgress<MethodProgress>? progress, Func<EvaluationResult, bool>? stop)
    {
        var metrics = _job.Model.Evaluate!.Metrics
            .Concat(_job.Model.Gates.Where(gate => !gate.IsByCommand).Select(gate => gate.Metric))
            .Distinct()
            .Select(name => MetricCatalogue.TryGet(name, out var metric) ? metric : null)
            .OfType<IMetric>()
            .ToList();
        if (metrics.Count == 0)
        {
            return null;
        }

        var name = _outputs.Name;
        _outputs.Rewind();
        return Evaluator.Evaluate(_outputs.Next, batch => compressed.Run(batch.Inputs, [name])[name], Source, metrics, name, progress, stop, _job.Cancellation);
    }

    /// <summary>
    /// How many of the samples are among <paramref name="seen"/>, whatever the preprocessing, and whatever their files look like.
    /// </summary>
    public int Copies(IReadOnlyList<Draw> seen)
    {
        var copies = new bool[Count];
        var hashes = SampleHashes.Of(_draw.Dataset, _draw.Count, _job.Plan.Seed);
        foreach (var draw in seen)
        {
            var known = SampleHashes.Of(draw.Dataset, draw.Count, _job.Plan.Seed).ToHashSet();
            var fed = SampleCopies.Find(draw.Open(_original, _job.Plan.Seed), Source);
            for (var i = 0; i < copies.Length; i++)
            {
                copies[i] |= known.Contains(hashes[i]) || fed[i];
            }
        }

        return copies.Count(isCopy => isCopy);
    }
}

/// <summary>Samples of a dataset.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Count">How many are drawn; null for all.</param>
internal sealed record Draw(DatasetPlan Dataset, int? Count)
{
    /// <summary>The samples as the model is fed them.</summary>
    public IBatchSource Open(ModelSession session, int seed) => DatasetReader.Open(Dataset, session.Inputs, Count, seed);
}

/// <summary>The original's output for every batch of the evaluation data, computed once as far as memory allows.</summary>
internal sealed class OriginalOutputs(ModelSession session, string name)
{
    private const long MostBytes = 1 << 29;

    private readonly List<HostTensor> _kept = [];
    private long _bytes;
    private int _next;

    /// <summary>The output's name.</summary>
    public string Name => name;

    /// <summary>Starts again with the first batch.</summary>
    public void Rewind() => _next = 0;

    /// <summary>The output for the next batch, which is always the same at the same place.</summary>
    public HostTensor Next(Batch batch)
    {
        var index = _next++;
        if (index < _kept.Count)
        {
            return _kept[index];
        }

        var output = session.Run(batch.Inputs, [name])[name];
        if (index == _kept.Count && _bytes + output.Bytes.Length <= MostBytes)
        {
            _kept.Add(output);
            _bytes += output.Bytes.Length;
        }

        return output;
    }
}
