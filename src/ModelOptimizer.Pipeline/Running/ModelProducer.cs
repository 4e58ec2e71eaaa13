using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Search;
using ModelOptimizer.Pipeline.Timing;

namespace ModelOptimizer.Pipeline.Running;

/// <summary>Makes a compressed model and everything there is to say about it but where it comes from and goes to.</summary>
/// <param name="job">The job.</param>
/// <param name="given">The original as the user gave it, which everything is measured against.</param>
/// <param name="prepared">The same as steps get it.</param>
internal sealed class ModelProducer(JobContext job, OnnxModel given, PreparedModel prepared)
{
    private readonly Lazy<OnnxModel> _original = new(() => SampleForms.Bind(job, prepared.Model));

    private OnnxModel Original => _original.Value;

    private bool TimeDecides => job.Model.Steps.Any(step => step.IsTimed) || job.Model.Gates.Any(gate => gate.Metric == GateRules.Latency);

    /// <summary>Compresses by the manifest: searches where it says so, and undoes what measures slower where it asks for speed.</summary>
    public (byte[] Model, ModelReport Report) Decide()
    {
        using var examiner = Examiner();
        // What is stored runs with the original's channels.
        var multiple = TimeDecides && job.Model.Steps.Any(step => step.Storage != FactorStorage.Stored) ? RankMultiple.Measure(job, Original) : 1;
        var compressor = new ModelCompressor(job, Original, multiple);
        var (compressed, trace) = job.Model.Steps.Any(step => step.IsSearched)
            ? GateSearch.Start(job, examiner, Original, multiple).Run()
            : (compressor.Compress(), null);
        IReadOnlyList<LayerTime> times = [];
        if (TimeDecides)
        {
            (compressed, times) = new TimedReverts(job, compressor, examiner, new LayerTimer(job, Original)).Apply(compressed);
        }

        var (bytes, report) = Finish(examiner, compressed);
        return (bytes, report with
        {
            Decisions = trace is null ? DecisionSource.Manifest : DecisionSource.Search,
            DecidedByTime = TimeDecides
                || trace is { IsOutOfTime: true } or { Measure: BudgetMeasure.Latency }
                || compressed.Steps.Any(step => step.StepsByTime is not null),
            RankMultiple = multiple,
            Times = times,
            Search = trace,
        });
    }

    /// <summary>Does what was decided before.</summary>
    public (byte[] Model, ModelReport Report) Replay(IReadOnlyList<IReadOnlyDictionary<string, Choice>> chosen)
    {
        using var examiner = Examiner();
        return Finish(examiner, new ModelCompressor(job, Original).Compress(chosen));
    }

    /// <summary>Measures a compressed model that is there already.</summary>
    public ModelReport Examine(OnnxModel compressed)
    {
        using var examiner = Examiner();
        return Finish(examiner, new CompressedModel(compressed.With(Original.Samples), [])).Report;
    }

    private ModelExaminer Examiner() => new(job, given.With(Original.Samples));

    private (byte[] Model, ModelReport Report) Finish(ModelExaminer examiner, CompressedModel compressed)
    {
        var bytes = compressed.Model.ToBytes();
        var evidence = examiner.Examine(compressed.Model);
        return (bytes, new ModelReport
        {
            OutputSha256 = ContentHash.Of(bytes),
            Stripped = prepared.Stripped,
            Before = evidence.Before,
            After = evidence.After,
            Metrics = evidence.Metrics,
            OutputErrors = evidence.OutputErrors,
            Steps = compressed.Steps,
            Gates = Verdicts(examiner, compressed.Model, evidence),
            DeviceClass = job.Engine.Device.DeviceClass,
            Placement = evidence.Placement,
        });
    }

    // What confirms the others is looked at when nothing is left to decide: a model that fails already would spend the look for nothing.
    private List<GateVerdict> Verdicts(ModelExaminer examiner, OnnxModel compressed, GateEvidence evidence)
    {
        var confirming = job.Model.Gates.Where(gate => gate.ConfirmedOn is not null).ToList();
        List<GateVerdict> verdicts = [.. GateKeeper.Decide(job.Model.Gates.Where(gate => gate.ConfirmedOn is null), evidence)];
        verdicts.AddRange(
            confirming.Count == 0 || verdicts.Exists(verdict => !verdict.Holds && verdict.Gate!.Severity == DiagnosticSeverity.Error)
                ? confirming.Select(GateText.NotReached)
                : GateKeeper.Decide(confirming, examiner.Confirm(compressed)));
        return verdicts;
    }
}
