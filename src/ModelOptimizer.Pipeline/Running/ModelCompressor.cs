using ModelOptimizer.Methods.Ranks;
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
    /// <param name="chosen">Per step, what is decided already; null lets the methods decide.</param>
    public CompressedModel Compress(IReadOnlyList<IReadOnlyDictionary<string, Choice>>? chosen = null) =>
        Continue(new CompressedModel(original, []), job.Model.Steps.Count, chosen);

    /// <summary>The steps after those that <paramref name="before"/> has, up to step number <paramref name="end"/> (not included).</summary>
    public CompressedModel Continue(CompressedModel before, int end, IReadOnlyList<IReadOnlyDictionary<string, Choice>>? chosen = null)
    {
        var result = before;
        for (var index = before.Steps.Count; index < end; index++)
        {
            var decided = chosen?[index];
            result = decided is not null && IsLeftOut(index, decided) ? LeaveOut(result) : Apply(result, Prepare(result, index), decided);
        }

        return result;
    }

    /// <summary>Whether a search over several steps gave all layers of this one to the others.</summary>
    public bool IsLeftOut(int index, IReadOnlyDictionary<string, Choice> chosen) =>
        job.Model.Steps[index].IsSearched && job.Model.Steps.Count(step => step.IsSearched) > 1 && chosen.Values.All(choice => choice is Choice.Keep);

    /// <summary>The same model after a step that does nothing.</summary>
    public CompressedModel LeaveOut(CompressedModel before) => before with { Steps = [.. before.Steps, new StepReport(job.Model.Steps[before.Steps.Count].Method.Name, [], [], [])] };

    /// <summary>Step number <paramref name="index"/> on a model.</summary>
    public IStep Prepare(CompressedModel before, int index)
    {
        var step = job.Model.Steps[index];
        return Explained(before, index, () =>
        {
            var prepared = step.Method.Prepare(Context(before.Model) with { Student = step.Student is { } path ? OnnxModel.Load(path) : null }, step.Arguments);
            job.Forecast.Tell(index, step.Method.Name, () => prepared.Plan);
            return prepared;
        });
    }

    /// <summary>The model after one more step, checked.</summary>
    /// <param name="before">The model before it.</param>
    /// <param name="step">The step, prepared on that model.</param>
    /// <param name="chosen">What is decided already; null lets the method decide.</param>
    public CompressedModel Apply(CompressedModel before, IStep step, IReadOnlyDictionary<string, Choice>? chosen)
    {
        var index = before.Steps.Count;
        var method = job.Model.Steps[index].Method.Name;
        var result = Explained(before, index, () => step.Apply(chosen));
        if (OnnxValidator.Check(result.Model) is [var problem, ..])
        {
            throw new DiagnosticException(RunCodes.BrokenRewrite, $"'{method}' made a model that is not valid ({problem}); nothing was written. Please report this with the model.");
        }

        return new CompressedModel(result.Model, [.. before.Steps, new StepReport(method, result.Layers, result.Series, result.Certificates)]);
    }

    /// <summary>What tells how far a changed model's outputs are from those of <paramref name="before"/>; null without calibration samples.</summary>
    public OutputDivergence? Divergence(CompressedModel before, int layers) => OutputDivergence.Of(Context(before.Model), layers);

    private T Explained<T>(CompressedModel before, int index, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (DiagnosticException error) when (ReplacedLayers.Explain(error, job.Model.Steps[index], original, before) is { } explained)
        {
            throw explained;
        }
    }

    // What a method gets to know when it continues from a model.
    private StepContext Context(OnnxModel model)
    {
        job.Progress.Report(new MethodProgress("shapes", 0, 0));
        var calibration = Calibration(model);
        return new StepContext
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
