using ModelOptimizer.Methods.Common;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Pipeline.Metrics;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Pipeline.Compression;

/// <summary>Applies a model's steps, one after the other. The original is not changed.</summary>
/// <param name="job">The job.</param>
/// <param name="original">The model before any step.</param>
/// <param name="rankMultiple">What chosen ranks are multiples of.</param>
internal sealed class ModelCompressor(JobContext job, OnnxModel original, int rankMultiple = 1)
{
    /// <summary>All steps.</summary>
    /// <param name="chosen">Per step, what is decided already; null lets the method decide, or all of them.</param>
    public CompressedModel Compress(IReadOnlyList<IReadOnlyDictionary<string, Choice>?>? chosen = null)
    {
        var start = new CompressedModel(original, []);
        if (chosen is null)
        {
            RequireGradients(start);
        }

        return Continue(start, job.Model.Steps.Count, chosen);
    }

    // What the first training behind other steps cannot do is said before they begin. All else about it may depend on what they make, and what is behind it, or
    // behind a step that changes outputs on purpose, is another model.
    private void RequireGradients(CompressedModel start)
    {
        var (index, step) = job.Model.Steps.Index().FirstOrDefault(step => !step.Item.Method.KeepsLayerOutputs);
        if (index == 0 || step.Method.CompressesLayers)
        {
            return;
        }

        try
        {
            Prepare(start, index, tells: false);
        }
        catch (DiagnosticException error) when (error.Diagnostic.Code != TensorsCodes.NoGradient)
        {
            // It is said, if it still holds, when the step's turn comes.
        }
    }

    /// <summary>The steps after those that <paramref name="before"/> has, up to step number <paramref name="end"/> (not included).</summary>
    public CompressedModel Continue(CompressedModel before, int end, IReadOnlyList<IReadOnlyDictionary<string, Choice>?>? chosen = null)
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
    public CompressedModel LeaveOut(CompressedModel before) => LeaveOut(before, before.Steps.Count + 1);

    /// <summary>The same model after steps up to number <paramref name="end"/> (not included) that do nothing.</summary>
    public CompressedModel LeaveOut(CompressedModel before, int end) =>
        before with
        {
            Steps = [.. before.Steps, .. job.Model.Steps.Take(end).Skip(before.Steps.Count).Select(step => new StepReport(step.Method.Name, [], [], []))],
        };

    /// <summary>Step number <paramref name="index"/> on a model.</summary>
    public IStep Prepare(CompressedModel before, int index) => Prepare(before, index, tells: true);

    private IStep Prepare(CompressedModel before, int index, bool tells)
    {
        var step = job.Model.Steps[index];
        return Explained(before, index, () =>
        {
            var prepared = step.Method.Prepare(Context(before) with { Student = Student(step) }, step.Arguments);
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
        var method = job.Model.Steps[index].Method;
        var result = Explained(before, index, () => step.Apply(chosen));
        if (OnnxValidator.Check(result.Model) is [var problem, ..])
        {
            throw new DiagnosticException(
                RunCodes.BrokenRewrite,
                $"'{method.Name}' made a model that is not valid ({problem}); nothing was written. Please report this with the model."
            );
        }

        return new CompressedModel(
            result.Model,
            [.. before.Steps, new StepReport(method.Name, result.Layers, result.Series, result.Certificates) { StepsByTime = result.StepsByTime }])
        {
            Reference = method.KeepsLayerOutputs ? before.Reference : result.Model,
        };
    }

    /// <summary>What tells how far a changed model's outputs are from those of <paramref name="before"/>; null without calibration samples.</summary>
    public OutputDivergence? Divergence(CompressedModel before, int layers) => OutputDivergence.Of(Context(before), layers);

    private OnnxModel? Student(StepPlan step) =>
        step.Student is { } path ? PreparedModel.Of(OnnxModel.Load(path), job.Model).Model.With(original.Samples) : null;

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
        catch (Exception error) when (error is NotPositiveDefiniteException or NotFiniteException)
        {
            var step = job.Model.Steps[index];
            throw new DiagnosticException(
                MethodCodes.NumbersTooLarge,
                $"'{step.Method.Name}' cannot solve its equations: numbers of the model, or of its activations on the calibration data, are too large or too "
                    + "different in size. Check 'preprocess' and the data, and that the original model gives sensible outputs on it.",
                job.Model.SourcePosition,
                error);
        }
    }

    // What a method gets to know when it continues from a model.
    private StepContext Context(CompressedModel before)
    {
        var model = before.Model;
        job.Progress.Report(new MethodProgress("shapes", 0, 0));
        var shapes = ShapeProbe.Run(job.Engine, model);
        var calibration = Calibration(model, shapes);
        // What is remembered has the name of the model's bytes, and beyond 2 GB they are not one piece.
        var kept = model.SizeInBytes < int.MaxValue ? job.Blobs?.For(model) : null;
        // What steps made is often a candidate of a search: its moments, which no other run has, would push out those of the model as it was given.
        var moments = ReferenceEquals(model, original) ? kept?.Moments : null;
        return new StepContext
        {
            Original = original,
            Model = model,
            Reference = before.Reference,
            Shapes = shapes,
            Engine = job.Engine,
            ActivationStatistics = new MomentCollector(job.Engine, model, calibration, moments),
            Calibration = calibration,
            RankMultiple = rankMultiple,
            OutputMeanings = Meanings(),
            Blobs = kept?.Blobs,
            // A step that asks makes the job know how its model is shipped.
            ShippedBytes = whole => job.Shipping!.BytesOf(whole),
            Seed = job.Plan.Seed,
            Progress = job.Progress,
            Cancellation = job.Cancellation,
        };
    }

    // Scores have directions too: where both are gated, they are scores.
    private Dictionary<string, OutputMeaning> Meanings()
    {
        var metrics = job.Model.Gates.Select(gate => gate.Metric).Concat(job.Model.Evaluate?.Metrics ?? []);
        var meanings = metrics.Select(name => MetricCatalogue.TryGet(name, out var metric) ? metric.Meaning : OutputMeaning.Unknown)
            .Where(meaning => meaning != OutputMeaning.Unknown);
        return meanings.DefaultIfEmpty().Min() is not OutputMeaning.Unknown and var meaning
            ? new() { [job.Model.Evaluate?.Output ?? original.Graph.Output[0].Name] = meaning }
            : [];
    }

    // What does not run on zeros may run on samples. Where it does not, parts of it would, and methods would learn from what can never be.
    private IBatchSource? Calibration(OnnxModel model, IReadOnlyDictionary<string, long[]> shapes)
    {
        if (!job.Runs(model))
        {
            return null;
        }

        using var session = job.Engine.CreateSession(model);
        var samples = job.OpenCalibration(session, JobContext.SampleBytes(model, shapes));
        if (shapes.Count == 0 && samples?.Read().FirstOrDefault() is { } batch)
        {
            session.Run(batch.Inputs);
        }

        return samples;
    }
}

/// <summary>Explains a layer rule that would have matched had an earlier step not replaced the layer.</summary>
internal static class ReplacedLayers
{
    /// <summary>The error that says so, with the code and position of <paramref name="error"/>; null when that is about something else.</summary>
    public static DiagnosticException? Explain(DiagnosticException error, StepPlan step, OnnxModel original, CompressedModel before)
    {
        if (error.Diagnostic.Code != MethodCodes.RuleMatchesNothing || before.Steps.Count == 0)
        {
            return null;
        }

        var (first, now) = (LayerFinder.FindAll(original), LayerFinder.FindAll(before.Model));
        var rules = step.Arguments.Values.Values.OfType<ILayerRules>().SelectMany(value => value.Rules);
        var lost = rules.FirstOrDefault(rule => rule.Position == error.Diagnostic.Position && LayerSelector.Matching(now, rule).Count == 0);
        if (lost is null || LayerSelector.Matching(first, lost) is not [var layer, ..])
        {
            return null;
        }

        return new DiagnosticException(
            error.Diagnostic with
            {
                Message = $"the layer rule '{lost.Text}' matched '{layer.Name}' in the original model, but {Replacement(layer, original, before, now)}",
            },
            error
        );
    }

    /// <summary>Names of the layers that took the place of <paramref name="layer"/> of <paramref name="original"/>.</summary>
    public static IReadOnlyList<string> PartsOf(string layer, OnnxModel original, OnnxModel model)
    {
        var old = LayerFinder.FindAll(original).First(candidate => candidate.Name == layer);
        var nodes = NewNodesOf(old, original, model);
        // The other weight of a recurrent cell is a layer of its own.
        return
        [
            .. LayerFinder.FindAll(model)
                .Where(candidate => nodes.Contains(candidate.Node) && candidate.WeightInput == old.WeightInput)
                .Select(candidate => candidate.Name),
        ];
    }

    private static string Replacement(WeightLayer layer, OnnxModel original, CompressedModel before, IReadOnlyList<WeightLayer> now)
    {
        var index = before.Steps.ToList().FindIndex(step => step.Layers.Any(outcome => outcome.Layer == layer.Name && outcome.SkipReason is null));
        var culprit = index < 0 ? "an earlier step" : $"step {index + 1} ({before.Steps[index].Method})";
        var nodes = NewNodesOf(layer, original, before.Model);
        var names = now.Where(candidate => nodes.Contains(candidate.Node)).Select(candidate => $"'{candidate.Name}'").ToList();
        return names.Count == 0
            ? $"{culprit} left no layer there; exclude the layer from that step."
            : $"{culprit} replaced it by {string.Join(", ", names)}; name those, or exclude the layer from that step.";
    }

    // What was put in the layer's place starts at its input, goes on to the first tensor that the original has as well, and leads to the layer's output.
    private static HashSet<NodeProto> NewNodesOf(WeightLayer layer, OnnxModel original, OnnxModel model)
    {
        var old = original.Graph.Node.ToHashSet();
        var known = original.Graph.Node.SelectMany(node => node.Output).ToHashSet(StringComparer.Ordinal);
        var reached = new HashSet<string>(StringComparer.Ordinal) { layer.Node.Input[0] };
        var behind = new List<NodeProto>();
        foreach (var node in model.Graph.Node.Where(node => !old.Contains(node) && node.Input.Any(reached.Contains)))
        {
            behind.Add(node);
            reached.UnionWith(node.Output.Where(output => !known.Contains(output)));
        }

        // A folded BatchNormalization's output is the layer's now.
        var wanted = new HashSet<string>(StringComparer.Ordinal) { layer.Output, layer.BatchNormalization?.Output[0] ?? layer.Output };
        var found = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        foreach (var node in Enumerable.Reverse(behind).Where(node => node.Output.Any(wanted.Contains)))
        {
            found.Add(node);
            wanted.UnionWith(node.Input);
        }

        return found;
    }
}
