using ModelOptimizer.Methods;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Gates.Latency;
using ModelOptimizer.Pipeline.Metrics;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Tensors;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Shapes;

namespace ModelOptimizer.Pipeline.Running;

/// <summary>Measures the original and the compressed model side by side: everything that reports and gates speak of.</summary>
internal static class ModelExaminer
{
    public static GateEvidence Examine(JobContext job, OnnxModel original, OnnxModel compressed)
    {
        using var before = job.Engine.CreateSession(original);
        using var after = job.Engine.CreateSession(compressed);
        var samples = job.OpenEvaluation(before);
        return new GateEvidence
        {
            Before = CostOf(job, original),
            After = CostOf(job, compressed),
            Evaluation = samples is null ? null : Evaluate(job, before, after, samples),
            Command = RunCommand(job, compressed),
            CalibrationOverlap = CountOverlap(job),
            Latency = job.Model.Gates.Any(gate => gate.Metric == GateRules.Latency) ? Time(job, before, after, samples) : null,
            Seed = job.Plan.Seed,
        };
    }

    private static ModelCost CostOf(JobContext job, OnnxModel model) =>
        new(model.SizeInBytes, ModelStatistics.Parameters(model), ModelStatistics.Macs(model, ShapeProbe.Run(job.Engine, model)));

    private static EvaluationResult? Evaluate(JobContext job, ModelSession before, ModelSession after, IBatchSource samples)
    {
        var evaluate = job.Model.Evaluate!;
        var metrics = evaluate.Metrics
            .Concat(job.Model.Gates.Where(gate => !gate.IsByCommand).Select(gate => gate.Metric))
            .Distinct()
            .Select(name => MetricCatalogue.TryGet(name, out var metric) ? metric : null)
            .OfType<IMetric>()
            .ToList();
        return metrics.Count == 0
            ? null
            : Evaluator.Evaluate(before, after, samples, metrics, evaluate.Output ?? before.Outputs[0].Name, job.Progress, cancellation: job.Cancellation);
    }

    private static CommandResult? RunCommand(JobContext job, OnnxModel compressed)
    {
        if (job.Model.Evaluate?.Command is not { } command)
        {
            return null;
        }

        job.Progress.Report(new MethodProgress("command", 0, 0));
        return CommandEvaluator.Compare(command, job.Model.Source, compressed, job.Cancellation);
    }

    // A model that saw the gate's samples proves nothing on them, whatever the preprocessing.
    private static int CountOverlap(JobContext job)
    {
        if (job.Model is not { Calibrate: { Dataset: { } calibration } calibrate, Evaluate: { Dataset: { } dataset } evaluate } || job.Model.Gates.Count == 0)
        {
            return 0;
        }

        var seen = SampleHashes.Of(calibration, calibrate.Samples, job.Plan.Seed).ToHashSet();
        return SampleHashes.Of(dataset, evaluate.Samples, job.Plan.Seed).Count(seen.Contains);
    }

    private static LatencyResult Time(JobContext job, ModelSession before, ModelSession after, IBatchSource? samples)
    {
        job.Progress.Report(new MethodProgress("latency", 0, 0));
        samples ??= new RandomSource(before.Inputs, 1, job.Plan.Seed);
        return LatencyMeter.Measure(new SessionLatencyProbe(before, after, samples.Read().First().Inputs), cancellation: job.Cancellation);
    }
}
