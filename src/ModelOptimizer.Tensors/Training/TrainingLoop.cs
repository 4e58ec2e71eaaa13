using System.Diagnostics;
using System.Numerics.Tensors;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Training;

/// <summary>
/// Trains on shuffled batches, step after step. The same graph, samples and plan give the same bytes on the same class of devices with the same number of threads, whether the
/// training was interrupted or not. Another number of threads cuts products into other parts, and their sums are rounded elsewhere.
/// </summary>
public static class TrainingLoop
{
    // Weight of the past in the averaged loss.
    private const double Memory = 0.95;

    /// <summary>Trains from the first step, or from a checkpoint.</summary>
    /// <param name="trainer">A new trainer.</param>
    /// <param name="samples">Has a column for every input of the graph.</param>
    /// <param name="plan">What to do.</param>
    /// <param name="progress">Gets told after every step.</param>
    /// <param name="checkpoint">Gets everything that <paramref name="resume"/> needs, every <see cref="TrainingPlan.CheckpointEvery"/> steps.</param>
    /// <param name="resume">A checkpoint. One that is damaged or of another training is not used.</param>
    /// <param name="cancellation">Ends the training early.</param>
    /// <exception cref="DiagnosticException">The loss or a weight is not finite (MOC2307), or a step fails (MOC23xx).</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TrainingResult Run(
        Trainer trainer,
        SampleStore samples,
        TrainingPlan plan,
        IProgress<TrainingProgress>? progress = null,
        Action<byte[]>? checkpoint = null,
        byte[]? resume = null,
        CancellationToken cancellation = default)
    {
        var graph = trainer.Graph;
        var identity = TrainingCheckpoint.Identity(graph, samples, plan);
        var losses = TrainingCheckpoint.Read(resume, identity, trainer) ?? [];
        var first = losses.Count;
        var order = new SampleOrder(samples.Count, plan.Seed);
        order.Skip((long)first * graph.Batch);
        var batch = new int[graph.Batch];
        var buffers = samples.Buffers(graph.Inputs.Select(input => input.Name), graph.Batch);
        var average = losses.Aggregate(0.0, Average);
        var clock = Stopwatch.StartNew();
        while (losses.Count < plan.Steps)
        {
            cancellation.ThrowIfCancellationRequested();
            order.Draw(batch);
            samples.Fill(buffers, batch);
            var loss = trainer.Step(buffers, plan.LearningRate.At(losses.Count, plan.Steps));
            if (!double.IsFinite(loss))
            {
                throw Diverged(graph, $"the loss is {loss} at step {losses.Count + 1} of {plan.Steps}");
            }

            losses.Add((float)loss);
            average = Average(average, (float)loss);
            var remaining = clock.Elapsed * ((double)(plan.Steps - losses.Count) / (losses.Count - first));
            progress?.Report(new TrainingProgress(losses.Count, plan.Steps, average / (1 - Math.Pow(Memory, losses.Count)), remaining));
            if (losses.Count % plan.CheckpointEvery == 0 && losses.Count < plan.Steps)
            {
                checkpoint?.Invoke(TrainingCheckpoint.Write(identity, losses, trainer));
            }
        }

        var parameters = trainer.Parameters();
        // The loss of the last step was that of the weights before it.
        return parameters.FirstOrDefault(parameter => !float.IsFinite(TensorPrimitives.MaxMagnitude<float>(parameter.Value.As<float>()))).Key is { } broken
            ? throw Diverged(graph, $"the weight '{broken}' is not finite after {plan.Steps} steps")
            : new TrainingResult(parameters, losses, first);
    }

    private static double Average(double average, float loss) => (Memory * average) + ((1 - Memory) * loss);

    private static DiagnosticException Diverged(TrainingGraph graph, string what) => new(
        TensorsCodes.TrainingDiverged,
        $"The training diverged: {what}. Lower the learning rate, clip the gradient, or check that the data is finite.",
        OrtErrors.Position(graph.Model.Path));
}
