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
    private readonly ModelSession _before;
    private readonly IBatchSource? _samples;
    private readonly OriginalOutputs? _outputs;
    private readonly Lazy<ModelCost> _cost;
    private readonly Lazy<int> _overlap;
    private readonly Lazy<CommandOutcome> _command;

    public ModelExaminer(JobContext job, OnnxModel original)
    {
        _job = job;
        _original = original;
        _before = job.Engine.CreateSession(original);
        _samples = job.OpenEvaluation(_before);
        _outputs = job.Model.Evaluate is { } evaluate ? new OriginalOutputs(_before, evaluate.Output ?? _before.Outputs[0].Name) : null;
        _cost = new Lazy<ModelCost>(() => CostOf(job.Engine, original));
        _overlap = new Lazy<int>(CountOverlap);
        _command = new Lazy<CommandOutcome>(() => CommandEvaluator.Run(job.Model.Evaluate!.Command!, job.Model.Source, job.Cancellation));
    }

    /// <summary>Number of evaluation samples.</summary>
    public int Samples => _samples?.Count ?? 0;

    /// <summary>What the original costs.</summary>
    public ModelCost Original => _cost.Value;

    /// <summary>Everything: all metrics on all samples, and the time where a gate asks for it.</summary>
    public GateEvidence Examine(OnnxModel compressed)
    {
        using var after = _job.Engine.CreateSession(compressed);
        var evidence = Shipped(compressed, Evidence(compressed, after, _job.Progress, null));
        return _job.Model.Gates.Any(gate => gate.Metric == GateRules.Latency) ? evidence with { Latency = Time(after) } : evidence;
    }

    /// <summary>The same without the time, and without progress.</summary>
    /// <param name="compressed">The model.</param>
    /// <param name="stop">Told what the samples so far say; true ends the evaluation there.</param>
    public GateEvidence ExamineCandidate(OnnxModel compressed, Func<EvaluationResult, bool>? stop)
    {
        using var after = _job.Engine.CreateSession(compressed);
        return Evidence(compressed, after, null, stop);
    }

    /// <summary>The time of one run against the original's.</summary>
    public LatencyResult Time(OnnxModel compressed)
    {
        using var after = _job.Engine.CreateSession(compressed);
        return Time(after);
    }

    /// <summary>Bytes, weights and multiply-adds of a model.</summary>
    public static ModelCost CostOf(Engine engine, OnnxModel model) =>
        new(model.SizeInBytes, ModelStatistics.Parameters(model), ModelStatistics.Macs(model, ShapeProbe.Run(engine, model)));

    public void Dispose() => _before.Dispose();

    private GateEvidence Evidence(OnnxModel compressed, ModelSession after, IProgress<MethodProgress>? progress, Func<EvaluationResult, bool>? stop) => new()
    {
        Before = Original,
        After = CostOf(_job.Engine, compressed),
        Placement = after.Placement,
        Evaluation = _samples is null ? null : Evaluate(after, _samples, progress, stop),
        Command = RunCommand(compressed),
        CalibrationOverlap = _overlap.Value,
        Seed = _job.Plan.Seed,
    };

    // The strongest compression takes about a second for each megabyte: only what is delivered gets it.
    private GateEvidence Shipped(OnnxModel compressed, GateEvidence evidence) => _job.Shipping is not { } shipping ? evidence : evidence with
    {
        Before = evidence.Before with { Shipped = shipping.BytesOf(_original) },
        After = evidence.After with { Shipped = shipping.BytesOf(compressed) },
    };

    private EvaluationResult? Evaluate(ModelSession after, IBatchSource samples, IProgress<MethodProgress>? progress, Func<EvaluationResult, bool>? stop)
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

        var name = _outputs!.Name;
        _outputs.Rewind();
        return Evaluator.Evaluate(_outputs.Next, batch => after.Run(batch.Inputs, [name])[name], samples, metrics, name, progress, stop, _job.Cancellation);
    }

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

    // A model that saw the gate's samples proves nothing on them, whatever the preprocessing, and whatever their files look like.
    private int CountOverlap()
    {
        if (_job.Model is not { Calibrate: { Dataset: { } calibration } calibrate, Evaluate: { Dataset: { } dataset } evaluate }
            || !_job.Model.Gates.Any(gate => !gate.AllowOverlap && MetricCatalogue.TryGet(gate.Metric, out _)))
        {
            return 0;
        }

        var seen = SampleHashes.Of(calibration, calibrate.Samples, _job.Plan.Seed).ToHashSet();
        var fed = SampleCopies.Find(_job.OpenCalibration(_before)!, _samples!);
        return SampleHashes.Of(dataset, evaluate.Samples, _job.Plan.Seed).Zip(fed).Count(sample => seen.Contains(sample.First) || sample.Second);
    }

    private LatencyResult Time(ModelSession after)
    {
        _job.Progress.Report(new MethodProgress("latency", 0, 0));
        var samples = _samples ?? new RandomSource(_before.Inputs, 1, _job.Plan.Seed);
        return LatencyMeter.Measure(new SessionLatencyProbe(_before, after, samples.Read().First().Inputs), cancellation: _job.Cancellation);
    }
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
