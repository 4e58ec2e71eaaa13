using ModelOptimizer.Methods.Search;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Pipeline.Running;

/// <summary>Applies a model's steps, one after the other. The original is not changed.</summary>
/// <param name="job">The job.</param>
/// <param name="original">The model as the user gave it.</param>
/// <param name="rankMultiple">What chosen ranks are multiples of.</param>
internal sealed class ModelCompressor(JobContext job, OnnxModel original, int rankMultiple = 1)
{
    /// <summary>All steps.</summary>
    /// <param name="decisions">Per step, what is decided already; null lets the methods decide.</param>
    public CompressedModel Compress(IReadOnlyList<IReadOnlyDictionary<string, LayerDecision>>? decisions = null) =>
        Continue(new CompressedModel(original, []), job.Model.Steps.Count, decisions);

    /// <summary>The steps after those that <paramref name="before"/> has, up to step number <paramref name="end"/> (not included).</summary>
    public CompressedModel Continue(CompressedModel before, int end, IReadOnlyList<IReadOnlyDictionary<string, LayerDecision>>? decisions = null)
    {
        var result = before;
        for (var index = before.Steps.Count; index < end; index++)
        {
            var decided = decisions?[index];
            result = Add(result, Take(result, (step, context) => step.Method.Run(context with { Decisions = decided }, step.Arguments)));
        }

        return result;
    }

    /// <summary>The model after one more step, checked.</summary>
    public CompressedModel Add(CompressedModel before, MethodResult result)
    {
        var method = job.Model.Steps[before.Steps.Count].Method.Name;
        if (OnnxValidator.Check(result.Model) is [var problem, ..])
        {
            throw new DiagnosticException(RunCodes.BrokenRewrite, $"'{method}' made a model that is not valid ({problem}); nothing was written. Please report this with the model.");
        }

        return new CompressedModel(result.Model, [.. before.Steps, new StepReport(method, result.Layers, result.Series, result.Certificates)]);
    }

    /// <summary>What the search can choose in the step after those that <paramref name="before"/> has.</summary>
    public ISearchSpace Explore(CompressedModel before) => Take(before, (step, context) => ((ISearchableMethod)step.Method).Explore(context, step.Arguments));

    private T Take<T>(CompressedModel before, Func<StepPlan, MethodContext, T> act)
    {
        var index = before.Steps.Count;
        var step = job.Model.Steps[index];
        var context = Context(before.Model) with { Student = step.Student is { } path ? OnnxModel.Load(path) : null };
        try
        {
            job.Forecast.Tell(index, step.Method.Name, () => step.Method.Plan(context, step.Arguments));
            return act(step, context);
        }
        catch (DiagnosticException error) when (ReplacedLayers.Explain(error, step, original, before) is { } explained)
        {
            throw explained;
        }
    }

    // What a method gets to know when it continues from a model.
    private MethodContext Context(OnnxModel model)
    {
        job.Progress.Report(new MethodProgress("shapes", 0, 0));
        var calibration = Calibration(model);
        return new MethodContext
        {
            Original = original,
            Model = model,
            Shapes = ShapeProbe.Run(job.Engine, model),
            Engine = job.Engine,
            Statistics = new MomentCollector(job.Engine, model, calibration),
            Calibration = calibration,
            RankMultiple = rankMultiple,
            Blobs = job.Blobs?.For(model),
            Seed = job.Plan.Seed,
            Progress = job.Progress,
            Cancellation = job.Cancellation,
        };
    }

    private IBatchSource? Calibration(OnnxModel model)
    {
        using var session = job.Engine.CreateSession(model);
        return job.OpenCalibration(session);
    }
}
