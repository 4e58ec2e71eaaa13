using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Metrics;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Tensors.Shapes;

namespace ModelOptimizer.Pipeline.Compression;

/// <summary>
/// Measures compressed models against the original: everything that reports and gates speak of. What concerns the original alone is measured once.
/// </summary>
internal sealed class ModelExaminer : IDisposable
{
    private readonly JobContext _job;
    private readonly OnnxModel _original;
    private readonly ModelSession? _before;
    private readonly GateSamples? _samples;
    private readonly Lazy<ModelCost> _cost;
    private readonly Lazy<int> _overlap;
    private readonly Lazy<CommandOutcome> _command;

    public ModelExaminer(JobContext job, OnnxModel original)
    {
        _job = job;
        _original = original;
        _before = job.Runs(original) ? job.Engine.CreateSession(original) : null;
        _samples = job.Model.Evaluate is { Dataset: { } dataset, Samples: var samples } ? new GateSamples(job, _before!, dataset, samples) : null;
        _cost = new Lazy<ModelCost>(() => CostOf(job.Engine, original));
        // A model that saw the gate's samples proves nothing on them.
        _overlap = new Lazy<int>(() => _samples is { } samples && samples.AreGated && job.Calibration is { } calibration ? samples.Copies([calibration]) : 0);
        _command = new Lazy<CommandOutcome>(() => CommandEvaluator.Run(job.Model.Evaluate!.Command!, job.Model.Source, job.Cancellation));
    }

    /// <summary>Number of evaluation samples.</summary>
    public int Samples => _samples?.Count ?? 0;

    /// <summary>What the original costs.</summary>
    public ModelCost Original => _cost.Value;

    /// <summary>Everything: all metrics on all samples, the outputs, and the time where a gate asks for it.</summary>
    public GateEvidence Examine(OnnxModel compressed)
    {
        using var after = _before is null ? null : _job.Engine.CreateSession(compressed);
        var evidence = Shipped(compressed, Evidence(compressed, after, _job.Progress, null)) with { OutputErrors = Compare(compressed, after) };
        var isTimed = _job.Model.Gates.Any(gate => gate.Metric == GateRules.Latency);
        return isTimed ? evidence with { Latency = Time(compressed) } : evidence;
    }

    /// <summary>The gates' metrics on samples that nothing has looked at before.</summary>
    public GateEvidence Confirm(OnnxModel compressed)
    {
        var evaluate = _job.Model.Evaluate!;
        var samples = new GateSamples(_job, _before!, evaluate.Confirm!, count: null);
        var gated = new Draw(evaluate.Dataset!, evaluate.Samples);
        using var after = _job.Engine.CreateSession(compressed);
        return new GateEvidence
        {
            Before = Original,
            After = CostOf(_job.Engine, compressed),
            Evaluation = samples.Evaluate(after, _job.Progress, null),
            Overlap = samples.Copies(_job.Calibration is { } calibration ? [calibration, gated] : [gated]),
            Seed = _job.Plan.Seed,
        };
    }

    /// <summary>What a search decides on, without progress.</summary>
    /// <param name="compressed">The model.</param>
    /// <param name="stop">Told what the samples so far say; true ends the evaluation there.</param>
    public GateEvidence ExamineCandidate(OnnxModel compressed, Func<EvaluationResult, bool>? stop)
    {
        using var after = _before is null ? null : _job.Engine.CreateSession(compressed);
        var evidence = Evidence(compressed, after, null, stop);
        return SearchRules.Constraints(_job.Model).Any(gate => gate.Metric == GateRules.OutputError)
            ? evidence with { OutputErrors = Compare(compressed, after) }
            : evidence;
    }

    /// <summary>The time of one run against the original's.</summary>
    public LatencyResult Time(OnnxModel compressed)
    {
        _job.Progress.Report(new MethodProgress("latency", 0, 0));
        using var before = _job.Engine.CreateTimed(_original);
        using var after = _job.Engine.CreateTimed(compressed);
        var samples = _samples?.Source ?? RandomSource.Of(before, 1, _job.Plan.Seed);
        return LatencyMeter.Measure(new SessionLatencyProbe(before, after, samples.Read().First().Inputs), cancellation: _job.Cancellation);
    }

    /// <summary>Bytes, weights and multiply-adds of a model.</summary>
    public static ModelCost CostOf(Engine engine, OnnxModel model) =>
        new(model.SizeInBytes, ModelStatistics.Parameters(model), ModelStatistics.Macs(model, ShapeProbe.Run(engine, model)));

    public void Dispose() => _before?.Dispose();

    private GateEvidence Evidence(OnnxModel compressed, ModelSession? after, IProgress<MethodProgress>? progress, Func<EvaluationResult, bool>? stop) => new()
    {
        Before = Original,
        After = CostOf(_job.Engine, compressed),
        Placement = after?.Placement,
        Evaluation = _samples?.Evaluate(after!, progress, stop),
        Command = RunCommand(compressed),
        Overlap = _overlap.Value,
        Seed = _job.Plan.Seed,
    };

    private OutputErrors Compare(OnnxModel compressed, ModelSession? after) => after is null
        ? new OutputErrors { Problem = $"ONNX Runtime does not know operators of the domain '{CustomOperators.MissingDomain(_original)}'" }
        : new OutputComparison(_job, _before!).Measure(after, Original.Macs, JobContext.SampleBytes(compressed, ShapeProbe.Run(_job.Engine, compressed)));

    // The strongest compression takes about a second for each megabyte: only what is delivered gets it.
    private GateEvidence Shipped(OnnxModel compressed, GateEvidence evidence) => _job.Shipping is not { } shipping ? evidence : evidence with
    {
        Before = evidence.Before with { Shipped = shipping.BytesOf(_original) },
        After = evidence.After with { Shipped = shipping.BytesOf(compressed) },
    };

    private CommandResult? RunCommand(OnnxModel compressed)
    {
        if (_job.Model.Evaluate?.Command is not { } command)
        {
            return null;
        }

        _job.Progress.Report(new MethodProgress("command", 0, 0));
        // Without the original's numbers the others are of no use, and the program would most likely fail again.
        var before = _command.Value;
        return new CommandResult(
            before,
            before.Problem is null ? CommandEvaluator.Run(command, compressed, Path.GetFileName(_job.Model.Source), _job.Cancellation) : before
        );
    }
}
