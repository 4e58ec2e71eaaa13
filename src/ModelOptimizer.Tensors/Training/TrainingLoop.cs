using System.Diagnostics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Training;

/// <summary>
/// Trains on shuffled batches, step after step. The same graph, samples and plan give the same bytes on the same class of devices with the same number of
/// threads, whether the training was interrupted or not. Another number of threads cuts products into other parts, and their sums are rounded elsewhere.
/// </summary>
internal static class TrainingLoop
{
    // Weight of the past in the averaged loss.
    private const double Memory = 0.95;

    // Steps that are looked at together, the part of a training in which a loss that rises is one of the learning rate, and by what factor it must.
    private const int Window = 10;
    private const int EarlyPart = 5;
    private const int EarlySteps = 50;
    private const int Rise = 4;

    /// <summary>Trains from the first step, or from a checkpoint.</summary>
    /// <param name="trainer">A new trainer.</param>
    /// <param name="samples">Has a column for every input of the graph.</param>
    /// <param name="plan">What to do.</param>
    /// <param name="progress">Gets told after every step.</param>
    /// <param name="checkpoint">Gets everything that <paramref name="resume"/> needs, every <see cref="TrainingPlan.CheckpointEvery"/> steps.</param>
    /// <param name="resume">A checkpoint. One that is damaged or of another training is not used.</param>
    /// <param name="change">Changes every batch that was drawn, given its step, from 0; it may add tensors that no column has.</param>
    /// <param name="held">
    /// Samples to look at. The weights that do best on them, at a checkpoint or the end, are the result; see <see cref="TrainingPlan.Slack"/>.
    /// </param>
    /// <param name="cancellation">Ends the training early.</param>
    /// <exception cref="DiagnosticException">The loss or a weight is not finite, or the loss rises early (MOC2307), or a step fails (MOC23xx).</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TrainingResult Run(
        Trainer trainer,
        SampleStore samples,
        TrainingPlan plan,
        IProgress<TrainingProgress>? progress = null,
        Action<byte[]>? checkpoint = null,
        byte[]? resume = null,
        Action<long, Dictionary<string, HostTensor>>? change = null,
        HeldSamples? held = null,
        CancellationToken cancellation = default)
    {
        var graph = trainer.Graph;
        var identity = TrainingCheckpoint.Identity(graph, samples, plan);
        var (losses, looks) = TrainingCheckpoint.Read(resume, identity, trainer, plan.Slack) ?? ([], new HeldLooks(plan.Slack));
        var first = losses.Count;
        var order = new SampleOrder([.. Enumerable.Range(0, samples.Count).Where(sample => held?.Samples.Contains(sample) != true)], plan.Seed);
        if (first == 0)
        {
            looks.Look(held, trainer);
        }

        order.Skip((long)first * graph.Batch);
        var batch = new int[graph.Batch];
        var columns = samples.Buffers(graph.Batch);
        var buffers = columns.ToDictionary(StringComparer.Ordinal);
        var average = losses.Aggregate(0.0, Average);
        var clock = Stopwatch.StartNew();
        while (losses.Count < plan.Steps)
        {
            cancellation.ThrowIfCancellationRequested();
            order.Draw(batch);
            samples.Fill(columns, batch);
            change?.Invoke(losses.Count, buffers);
            var loss = trainer.Step(buffers, plan.LearningRate.At(losses.Count, plan.Steps));
            if (!double.IsFinite(loss))
            {
                throw Diverged(graph, $"the loss is {loss} at step {losses.Count + 1} of {plan.Steps}");
            }

            losses.Add((float)loss);
            // A batch of one sample says little of where a training starts; the samples that are held back say it better.
            if (IsRising(losses, Math.Max(losses[0], looks.Losses.Count > 0 ? looks.Losses[0].Loss : 0), plan))
            {
                throw Diverged(graph, $"the loss has risen to {losses.TakeLast(Window).Average():0.####} by step {losses.Count} of {plan.Steps}");
            }

            average = Average(average, (float)loss);
            var remaining = clock.Elapsed * ((double)(plan.Steps - losses.Count) / (losses.Count - first));
            progress?.Report(new TrainingProgress(losses.Count, plan.Steps, average / (1 - Math.Pow(Memory, losses.Count)), remaining));
            if (losses.Count % plan.CheckpointEvery == 0 || losses.Count == plan.Steps)
            {
                looks.Look(held, trainer);
            }

            if (losses.Count % plan.CheckpointEvery == 0 && losses.Count < plan.Steps)
            {
                checkpoint?.Invoke(TrainingCheckpoint.Write(identity, losses, looks, trainer));
            }
        }

        var parameters = trainer.Parameters(looks.Best ?? trainer.Vector());
        // The loss of the last step was that of the weights before it.
        return parameters.FirstOrDefault(parameter => !float.IsFinite(TensorPrimitives.MaxMagnitude<float>(parameter.Value.As<float>()))).Key is { } broken
            ? throw Diverged(graph, $"the weight '{broken}' is not finite after {plan.Steps} steps")
            : new TrainingResult(parameters, losses, first) { Looks = looks.Losses, Kept = looks.Best is null ? plan.Steps : looks.BestStep };
    }

    private static bool IsRising(List<float> losses, double start, TrainingPlan plan) =>
        losses.Count > Window && losses.Count <= Math.Max(EarlySteps, plan.Steps / EarlyPart)
        && losses.TakeLast(Window).Average() > Math.Max(Rise * start, plan.Guess);

    private static double Average(double average, float loss) => (Memory * average) + ((1 - Memory) * loss);

    private static DiagnosticException Diverged(TrainingGraph graph, string what) => new(
        TensorsCodes.TrainingDiverged,
        $"The training diverged: {what}. Lower the learning rate, clip the gradient, or check that the data is finite.",
        OrtErrors.Position(graph.Model.Path));
}

/// <summary>How far a training is.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">The loss, averaged over the last steps.</param>
/// <param name="Remaining">The time that the rest will take at the speed so far.</param>
internal readonly record struct TrainingProgress(long Step, long Steps, double Loss, TimeSpan Remaining);

/// <summary>What came of a training.</summary>
/// <param name="Parameters">The trained weights by name.</param>
/// <param name="Losses">The loss at every step, before it.</param>
/// <param name="ResumedAt">The step of the checkpoint that it went on from; 0 where there was none.</param>
internal sealed record TrainingResult(IReadOnlyDictionary<string, HostTensor> Parameters, IReadOnlyList<float> Losses, long ResumedAt)
{
    /// <summary>The loss on held samples at the steps that it was looked at; empty where none were held.</summary>
    public IReadOnlyList<(long Step, float Loss)> Looks { get; init; } = [];

    /// <summary>The steps after which the weights were these.</summary>
    public required long Kept { get; init; }

    /// <summary>Gives <paramref name="model"/>'s initialisers of the same names the trained numbers.</summary>
    public void StoreIn(OnnxModel model)
    {
        foreach (var tensor in model.Graph.Initializer)
        {
            if (Parameters.TryGetValue(tensor.Name, out var trained))
            {
                WeightValues.Write(tensor, Array.ConvertAll(trained.As<float>().ToArray(), value => (double)value));
            }
        }
    }
}

/// <summary>
/// A training between two steps, as bytes: what it is of, the losses so far, and the trainer's state. The place in the data follows from the number of steps.
/// </summary>
internal static class TrainingCheckpoint
{
    private const int HashBytes = SHA256.HashSizeInBytes;

    /// <summary>What a checkpoint must be of to be gone on from: graph, start, data and plan.</summary>
    public static byte[] Identity(TrainingGraph graph, SampleStore samples, TrainingPlan plan)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(graph.Model.ToBytes());
        hash.AppendData(MemoryMarshal.AsBytes(graph.Start.AsSpan()));
        hash.AppendData(Encoding.UTF8.GetBytes($"{graph.Optimizer} {samples.Count} {samples.Bytes} {plan with { CheckpointEvery = 0 }}"));
        return hash.GetHashAndReset();
    }

    public static byte[] Write(byte[] identity, List<float> losses, HeldLooks looks, Trainer trainer)
    {
        byte[] content =
        [
            .. identity,
            .. BitConverter.GetBytes((long)losses.Count),
            .. MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(losses)),
            .. looks.Save(),
            .. trainer.Save(),
        ];
        return [.. SHA256.HashData(content), .. content];
    }

    /// <summary>
    /// Goes back to a checkpoint and returns the losses before it, and those on held samples; null, with nothing changed, where it is damaged or of another
    /// training.
    /// </summary>
    public static (List<float> Losses, HeldLooks Looks)? Read(ReadOnlySpan<byte> bytes, byte[] identity, Trainer trainer, double slack)
    {
        if (
            bytes.Length < HashBytes
            || !SHA256.HashData(bytes[HashBytes..]).AsSpan().SequenceEqual(bytes[..HashBytes])
            || !bytes[HashBytes..].StartsWith(identity)
        )
        {
            return null;
        }

        var rest = bytes[(HashBytes + identity.Length)..];
        var count = checked((int)BitConverter.ToInt64(rest));
        rest = rest[sizeof(long)..];
        List<float> losses = [.. MemoryMarshal.Cast<byte, float>(rest[..(count * sizeof(float))])];
        rest = rest[(count * sizeof(float))..];
        var looks = HeldLooks.Restore(ref rest, trainer.Graph.Count, slack);
        trainer.Restore(rest);
        return (losses, looks);
    }
}

/// <summary>What a training does, step by step.</summary>
/// <param name="Steps">Number of steps.</param>
/// <param name="LearningRate">The rate at each.</param>
/// <param name="Seed">Seed of the order of the samples.</param>
internal sealed record TrainingPlan(long Steps, LearningRate LearningRate, int Seed)
{
    /// <summary>Steps from one checkpoint to the next.</summary>
    public long CheckpointEvery { get; init; } = long.MaxValue;

    /// <summary>The loss of a guess: above it, and far above where it began, a training has gone wrong. Infinite where it is not known.</summary>
    public double Guess { get; init; } = double.PositiveInfinity;

    /// <summary>
    /// What the loss on the samples to look at may be at most, in times the start's, for trained weights to replace the start: 1 wants better ones, infinity
    /// takes any.
    /// </summary>
    public double Slack { get; init; } = 1;

    /// <summary>The steps in which every sample is seen <paramref name="epochs"/> times, at least one.</summary>
    public static long StepsOf(double epochs, int samples, int batch) => Math.Max(1, (long)Math.Round(epochs * samples / batch));
}
