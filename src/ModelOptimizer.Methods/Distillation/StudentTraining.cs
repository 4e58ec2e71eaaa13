using System.Diagnostics;
using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Training;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>Trains a student to do what the original does.</summary>
internal sealed class StudentTraining(StepContext context, DistillationOptions options, Student student)
{
    // Of a training: an interrupted one loses at most a tenth.
    private const int Checkpoints = 10;

    private const int MostHalvings = 6;

    private const double Astray = 1.5;

    // A rate at which nothing gets better is divided by this and tried again so often, unless the loss is as good as none: so small a share of a guess's.
    private const double Slower = 8;
    private const int MostSlower = 2;
    private const double Nothing = 1e-6;

    // Steps whose time says what the others will take, and the share of the time that is planned for, since machines slow down.
    private const int TimedSteps = 8;
    private const double PlannedTime = 0.9;

    /// <summary>Steps of the training.</summary>
    public long Steps => options.StepsFor(Samples, student.Batch);

    // The shapes of a model whose batch is fixed are those of a batch.
    private int Repeats => TrainingGraph.BatchOf(student.Model, 0) == 0 ? student.Batch : 1;

    private int Samples => context.Calibration?.Count ?? 0;

    /// <summary>Predicted bytes.</summary>
    /// <param name="trained">Number of trained numbers.</param>
    public long PeakBytes(long trained)
    {
        var outputs = sizeof(float) * Samples * student.Outputs.Sum(output => output.Row.Product());
        var samples = context.Calibration is { } calibration ? SampleStore.Predict(calibration) + outputs : 0;
        return TrainingMemory.Predict(student.Model, student.Shapes, Repeats, trained, options.Optimizer, samples).Total;
    }

    /// <summary>Predicted operations: forward, and twice that backward, for every sample; and the teacher's, once or every time that it is changed.</summary>
    public double Flops
    {
        get
        {
            double macs = ModelStatistics.Macs(student.Model, student.Shapes) ?? 0;
            return (6 * macs * Steps * Repeats) + (2 * macs * (options.Augment == Augmentation.None ? Samples : Steps * Repeats));
        }
    }

    /// <exception cref="DiagnosticException">The training does not fit into memory.</exception>
    public void RequireMemory(long needed) =>
        MachineMemory.Require(needed, "the training", _ => "Write a smaller 'batch', fewer 'samples' of 'calibrate', or fewer 'layers'.", options.Position);

    /// <summary>Trains.</summary>
    /// <param name="parameters">What is trained in place of the weights.</param>
    /// <param name="chosen">The number of steps where time decided it before, under <see cref="Choice.Steps.WholeModel"/>.</param>
    /// <exception cref="DiagnosticException">There is no data or no target, an operator has no gradient, or the training diverges.</exception>
    public TrainedStudent Run(IParameterisation parameters, IReadOnlyDictionary<string, Choice>? chosen)
    {
        using var data = TrainingData.Read(context, student, options);
        var graph = Graph(parameters, data);
        var held = data.Held(graph.Batch);
        var steps = options.StepsFor(data.Samples.Count, graph.Batch);
        if (options.Time is { } time)
        {
            var decided = chosen?.GetValueOrDefault(Choice.Steps.WholeModel) as Choice.Steps;
            // An interrupted training goes on from its checkpoint, which is one of so many steps.
            steps = decided?.Count ?? (long)context.Numbers(
                $"steps within {time} of {TrainingBlobs.NameOf(student, options, parameters)}",
                () => [Math.Min(steps, StepsWithin(time, data, graph, held))])[0];
        }

        for (var trial = new Trial(options.Rate, 0, 0); ;)
        {
            var plan = new TrainingPlan(steps, trial.Rate, context.Seed) { Guess = student.Guess, Slack = Slack };
            try
            {
                var result = Attempt(parameters, data, graph, held, plan);
                // Time that is given is not taken two or three times.
                var mayRepeat = options is { UndoesWorse: true, Time: null } && trial.Slower < MostSlower;
                if (mayRepeat && result.Kept == 0 && result.Looks[0].Loss > Nothing * student.Guess)
                {
                    trial = trial with { Rate = trial.Rate with { Peak = trial.Rate.Peak / Slower }, Slower = trial.Slower + 1 };
                    continue;
                }

                var weights = parameters.Weights(name => result.Parameters[name].As<float>().ToArray(), [.. result.Parameters.Keys]);
                var trained = result.Kept == 0
                    ? new TrainedStudent(student.Stored.Clone(), new Dictionary<string, double[]>(), new Dictionary<string, CodedWeight>(), result)
                    : TrainedWeights.Write(context, student, weights, result);
                return trained with
                {
                    Certificates = Certificates(result, plan, trial, held.Samples.Count),
                    StepsByTime = options.Time is null ? null : (int)steps,
                };
            }
            catch (DiagnosticException error) when (error.Diagnostic.Code == TensorsCodes.TrainingDiverged && trial.Halvings < MostHalvings)
            {
                // The next attempt starts anew, with half the rate.
                trial = trial with { Rate = trial.Rate with { Peak = trial.Rate.Peak / 2 }, Halvings = trial.Halvings + 1 };
            }
        }
    }

    // At a rate of zero nothing is learned; the training begins anew. The first steps find room for their buffers and are not timed.
    private long StepsWithin(TimeSpan time, TrainingData data, TrainingGraph graph, HeldSamples held)
    {
        using var trainer = new Trainer(context.Engine, graph);
        var still = new LearningRate(0, ScheduleShape.Constant);
        var clock = new Stopwatch();
        foreach (var steps in (int[])[2, TimedSteps])
        {
            clock.Restart();
            TrainingLoop.Run(trainer, data.Samples, new TrainingPlan(steps, still, context.Seed), change: data.Change, cancellation: context.Cancellation);
        }

        var step = clock.Elapsed / TimedSteps;
        clock.Restart();
        new HeldLooks(1).Look(held, trainer);
        return Math.Max(1, (long)(((PlannedTime * time) - ((Checkpoints + 1) * clock.Elapsed)) / step));
    }

    private TrainingResult Attempt(IParameterisation parameters, TrainingData data, TrainingGraph graph, HeldSamples held, TrainingPlan plan)
    {
        using var trainer = new Trainer(context.Engine, graph);
        var made = options with { Rate = plan.LearningRate, Steps = (int)plan.Steps };
        var blobs = new TrainingBlobs(context.Blobs, student, made, parameters, plan.Steps, Checkpoints);
        var progress = new StepProgress(context.Progress);
        return TrainingLoop.Run(
            trainer,
            data.Samples,
            plan with { CheckpointEvery = blobs.Every },
            progress,
            bytes => blobs.Add(progress.Step, bytes),
            blobs.Latest(),
            data.Change,
            held,
            context.Cancellation);
    }

    private IEnumerable<Certificate> Certificates(TrainingResult result, TrainingPlan plan, Trial trial, int held)
    {
        if (options.Time is { } time)
        {
            yield return new Certificate(
                "model",
                "steps",
                plan.Steps,
                FormattableString.Invariant($"As many as were likely to fit into {time.TotalMinutes:0.###} minutes, and no more than the manifest's.")
            );
        }

        if (trial.Halvings > 0)
        {
            yield return new Certificate(
                "model",
                "learning rate",
                plan.LearningRate.Peak,
                FormattableString.Invariant($"The highest; the training diverged with {options.Rate.Peak}, and began anew with half the rate ")
                    + FormattableString.Invariant($"{trial.Halvings} times{(trial.Slower == 0 ? "" : $", and {trial.Slower} times with an eighth of it")}.")
            );
        }
        else if (trial.Slower > 0)
        {
            yield return new Certificate(
                "model",
                "learning rate",
                plan.LearningRate.Peak,
                FormattableString.Invariant($"The highest; nothing got better with {options.Rate.Peak}, and the training began anew with an eighth of ")
                    + FormattableString.Invariant($"the rate {trial.Slower} times.")
            );
        }

        var (start, kept) = (result.Looks[0].Loss, result.Looks.First(look => look.Step == result.Kept).Loss);
        var what = FormattableString.Invariant($"{StudentLoss.Describe(student, options)}, on {(held > 0 ? $"{held}" : "all")} samples");
        var name = held > 0 ? "loss on held-back samples" : "loss on the samples";
        yield return new Certificate("model", $"{name}, before", start, $"Of the weights at the start. {what}.");
        yield return new Certificate(
            "model",
            $"{name}, after",
            kept,
            FormattableString.Invariant($"Of the weights that are kept, those after step {result.Kept:#,0} of {plan.Steps:#,0}")
                + (result.Kept > 0
                    ? "."
                    : FormattableString.Invariant($"; {result.Looks.Skip(1).Min(look => look.Loss):0.####} was the best behind it, and the training is ")
                        + "undone.")
        );
    }

    private sealed record Trial(LearningRate Rate, int Halvings, int Slower);

    // What weights were rounded for looks better on the calibration samples than it is, changed ones too: a training brings a classifier's accuracy back
    // (docs/results.md) whose loss never falls below the start's. There the start is kept only where a training goes astray.
    private double Slack =>
        !options.UndoesWorse ? double.PositiveInfinity
        : student.Coded.Count > 0 && student.Outputs.Any(output => output.Loss == OutputLoss.Classes) ? Astray
        : 1;

    private TrainingGraph Graph(IParameterisation parameters, TrainingData data)
    {
        context.Progress.Report(new MethodProgress("training graph", 0, 0));
        var model = TrainingModel.Of(student.Model, student.Weights);
        var graph = new GraphWriter(model);
        // What makes weights stands in front of what reads them.
        var nodes = model.Graph.Node.ToList();
        model.Graph.Node.Clear();
        var trainable = parameters.Add(graph, student.Weights);
        model.Graph.Node.Add(nodes);
        var loss = Losses.WeightedSum(graph, [.. StudentLoss.Add(graph, student, options, data.Variances), .. parameters.Penalties(graph)]);
        return TrainingGraph.Build(
            context.Engine,
            graph,
            loss,
            trainable,
            options.Optimizer,
            student.Batch,
            options.Clip,
            data.Samples.Rows,
            student.Coded.Select(weight => KeyValuePair.Create(weight.Key, (IWeightGrid)weight.Value.Grid))
                .Concat(student.Halves.Select(name => KeyValuePair.Create(name, (IWeightGrid)new HalfGrid())))
                .ToDictionary(StringComparer.Ordinal)
        );
    }
}

/// <summary>A student in the form that can be trained.</summary>
internal static class TrainingModel
{
    // The first in which an initialiser is not an input as well.
    private const long FreeInitializers = 4;

    /// <summary>
    /// A clone of <paramref name="student"/> in which every one of <paramref name="weights"/> is an initialiser, and no initialiser is an input. Its opset has
    /// what gradients are written with.
    /// </summary>
    public static OnnxModel Of(OnnxModel student, IReadOnlyCollection<string> weights)
    {
        var model = student.Clone();
        var graph = model.Graph;
        var constants = new ConstantLookup(graph);
        foreach (var constant in weights.Select(name => constants.Find(name)!).Where(constant => constant.Node is not null))
        {
            var tensor = constant.Tensor.Clone();
            tensor.Name = constant.Name;
            graph.Initializer.Add(tensor);
        }

        var names = weights.ToHashSet(StringComparer.Ordinal);
        var nodes = graph.Node.Where(node => node.Operator() != "Constant" || !names.Contains(node.Output[0])).ToList();
        graph.Node.Clear();
        graph.Node.Add(nodes);
        if (model.Proto.IrVersion < FreeInitializers)
        {
            var initializers = graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
            var inputs = graph.Input.Where(input => !initializers.Contains(input.Name)).ToList();
            graph.Input.Clear();
            graph.Input.Add(inputs);
            model.Proto.IrVersion = FreeInitializers;
        }

        Raise(model);
        return model;
    }

    // What opset 9 has anew for operators of 7 and 8 goes beyond them, but for these two; a BatchNormalization has lost an attribute that said nothing.
    private static void Raise(OnnxModel model)
    {
        var nodes = GraphWalk.Nodes(model.Proto).ToList();
        if (
            model.Opset is < Opsets.Broadcast or >= Opsets.ShapeNodes
            || nodes.Exists(node => node.Operator() is "Upsample" or "Scan" || (node.Operator() == "BatchNormalization" && node.Int("spatial", 1) != 1))
        )
        {
            return;
        }

        nodes.FindAll(node => node.Operator() == "BatchNormalization").ForEach(node => node.RemoveAttribute("spatial"));
        model.Proto.OpsetImport.First(import => import.Domain is "" or "ai.onnx").Version = Opsets.ShapeNodes;
    }
}
