using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Tensors.Graphs;
using ModelOptimizer.Tensors.Training;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>Trains a student to do what the original does.</summary>
internal sealed class StudentTraining(StepContext context, DistillationOptions options, Student student)
{
    // Of a training: an interrupted one loses at most a tenth.
    private const int Checkpoints = 10;

    /// <summary>Steps of the training.</summary>
    public long Steps => options.StepsFor(Samples, TrainingGraph.BatchOf(student.Model, options.Batch));

    // The shapes of a model whose batch is fixed are those of a batch.
    private int Repeats => TrainingGraph.BatchOf(student.Model, 0) == 0 ? options.Batch : 1;

    private int Samples => context.Calibration?.Count ?? 0;

    /// <summary>Predicted bytes.</summary>
    /// <param name="trained">Number of trained numbers.</param>
    public long PeakBytes(long trained)
    {
        var outputs = sizeof(float) * Samples * student.LogitShape.Skip(1).Aggregate(1L, (product, extent) => product * extent);
        var samples = context.Calibration is { } calibration ? SampleStore.Predict(calibration) + outputs : 0;
        return TrainingMemory.Predict(student.Model, student.Shapes, Repeats, trained, options.Optimizer, samples).Total;
    }

    /// <summary>Predicted operations: forward, and twice that backward, for every sample; and the teacher's once.</summary>
    public double Flops
    {
        get
        {
            double macs = ModelStatistics.Macs(student.Model, student.Shapes) ?? 0;
            return (6 * macs * Steps * Repeats) + (2 * macs * Samples);
        }
    }

    /// <exception cref="DiagnosticException">The training does not fit into memory.</exception>
    public void RequireMemory(long needed) =>
        MachineMemory.Require(needed, "the training", _ => "Write a smaller 'batch', fewer 'samples' of 'calibrate', or fewer 'layers'.", options.Position);

    /// <summary>Trains.</summary>
    /// <param name="parameters">What is trained in place of the weights.</param>
    /// <exception cref="DiagnosticException">There is no data or no target, an operator has no gradient, or the training diverges.</exception>
    public TrainedStudent Run(IParameterisation parameters)
    {
        var samples = TrainingColumns.Read(context, student, options);
        var graph = Graph(parameters, samples);
        using var trainer = new Trainer(context.Engine, graph);
        var plan = new TrainingPlan(options.StepsFor(samples.Count, graph.Batch), options.Rate, context.Seed);
        var blobs = new TrainingBlobs(context.Blobs, student, options, parameters, plan.Steps, Checkpoints);
        var progress = new StepProgress(context.Progress);
        var result = TrainingLoop.Run(
            trainer,
            samples,
            plan with { CheckpointEvery = blobs.Every },
            progress,
            bytes => blobs.Add(progress.Step, bytes),
            blobs.Latest(),
            context.Cancellation);
        var weights = parameters.Weights(name => result.Parameters[name].As<float>().ToArray(), [.. result.Parameters.Keys]);
        return new TrainedStudent(TrainedWeights.Write(student.Model, weights), weights, result.Losses);
    }

    private TrainingGraph Graph(IParameterisation parameters, SampleStore samples)
    {
        context.Progress.Report(new MethodProgress("training graph", 0, 0));
        var model = TrainingModel.Of(student.Model, student.Weights);
        var graph = new GraphWriter(model);
        // What makes weights stands in front of what reads them.
        var nodes = model.Graph.Node.ToList();
        model.Graph.Node.Clear();
        var trainable = parameters.Add(graph, student.Weights);
        model.Graph.Node.Add(nodes);
        var loss = Losses.WeightedSum(graph, [.. StudentLoss.Add(graph, student, options), .. parameters.Penalties(graph)]);
        return TrainingGraph.Build(context.Engine, graph, loss, trainable, options.Optimizer, TrainingGraph.BatchOf(model, options.Batch), options.Clip, samples.Rows);
    }
}
