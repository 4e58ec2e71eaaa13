using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Pipeline.Running;

/// <summary>Applies a model's steps, one after the other.</summary>
internal static class ModelCompressor
{
    /// <summary>The compressed model and what every step did; the original is not changed.</summary>
    public static (OnnxModel Model, IReadOnlyList<StepReport> Steps) Compress(JobContext job, OnnxModel original)
    {
        var model = original;
        var steps = new List<StepReport>();
        foreach (var step in job.Model.Steps)
        {
            job.Progress.Report(new MethodProgress("shapes", 0, 0));
            using var session = job.Engine.CreateSession(model);
            var calibration = job.OpenCalibration(session);
            var statistics = new MomentCollector(job.Engine, model, calibration);
            var result = step.Method.Run(
                new MethodContext
                {
                    Original = original,
                    Model = model,
                    Shapes = ShapeProbe.Run(job.Engine, model),
                    Engine = job.Engine,
                    Statistics = statistics,
                    Calibration = calibration,
                    Seed = job.Plan.Seed,
                    Progress = job.Progress,
                    Cancellation = job.Cancellation,
                },
                step.Arguments);
            Check(result.Model, step.Method.Name);
            model = result.Model;
            steps.Add(new StepReport(step.Method.Name, result.Layers, result.Series, result.Certificates));
        }

        return (model, steps);
    }

    private static void Check(OnnxModel model, string method)
    {
        if (OnnxValidator.Check(model) is [var problem, ..])
        {
            throw new DiagnosticException(RunCodes.BrokenRewrite, $"'{method}' made a model that is not valid ({problem}); nothing was written. Please report this with the model.");
        }
    }
}
