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

    /// <summary>Trains from the first step, or from a checkpoint.</summary>
    /// <param name="trainer">A new trainer.</param>
    /// <param name="samples">Has a column for every input of the graph.</param>
    /// <param name="plan">What to do.</param>
    /// <param name="progress">Gets told after every step.</param>
    /// <param name="checkpoint">Gets everything that <paramref name="resume"/> needs, every <see cref="TrainingPlan.CheckpointEvery"/> steps.</param>
    /// <param name="resume">A checkpoint. One that is damaged or of another training is not used.</param>
    /// <param name="change">Changes every batch that was drawn, given its step, from 0; it may add tensors that no column has.</param>
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
        Action<long, Dictionary<string, HostTensor>>? change = null,
        CancellationToken cancellation = default)
    {
        var graph = trainer.Graph;
        var identity = TrainingCheckpoint.Identity(graph, samples, plan);
        var losses = TrainingCheckpoint.Read(resume, identity, trainer) ?? [];
        var first = losses.Count;
        var order = new SampleOrder(samples.Count, plan.Seed);
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

    public static byte[] Write(byte[] identity, List<float> losses, Trainer trainer)
    {
        byte[] content =
        [
            .. identity,
            .. BitConverter.GetBytes((long)losses.Count),
            .. MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(losses)),
            .. trainer.Save(),
        ];
        return [.. SHA256.HashData(content), .. content];
    }

    /// <summary>Goes back to a checkpoint and returns the losses before it; null, with nothing changed, where it is damaged or of another training.</summary>
    public static List<float>? Read(ReadOnlySpan<byte> bytes, byte[] identity, Trainer trainer)
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
        trainer.Restore(rest[(count * sizeof(float))..]);
        return losses;
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

    /// <summary>The steps in which every sample is seen <paramref name="epochs"/> times, at least one.</summary>
    public static long StepsOf(double epochs, int samples, int batch) => Math.Max(1, (long)Math.Round(epochs * samples / batch));
}

/// <summary>The learning rate at every step of a training.</summary>
/// <param name="Peak">The highest rate.</param>
/// <param name="Shape">How it falls.</param>
/// <param name="WarmUp">The share of all steps, from 0 to 1, in which the rate rises in a straight line to <paramref name="Peak"/>.</param>
internal sealed record LearningRate(double Peak, ScheduleShape Shape = ScheduleShape.Constant, double WarmUp = 0)
{
    /// <summary>The rate at <paramref name="step"/>, from 0, of <paramref name="steps"/>.</summary>
    public double At(long step, long steps)
    {
        var rising = (long)Math.Round(WarmUp * steps);
        if (step < rising)
        {
            return Peak * (step + 1) / (rising + 1);
        }

        var passed = (double)(step - rising) / Math.Max(1, steps - rising);
        return Peak * Shape switch
        {
            ScheduleShape.Cosine => (1 + Math.Cos(Math.PI * passed)) / 2,
            ScheduleShape.Linear => 1 - passed,
            ScheduleShape.Step => passed < 0.5 ? 1 : passed < 0.75 ? 0.1 : 0.01,
            _ => 1,
        };
    }
}

/// <summary>How a learning rate falls after its warm-up.</summary>
internal enum ScheduleShape
{
    /// <summary>Not at all.</summary>
    Constant,

    /// <summary>Half a cosine wave, to zero.</summary>
    Cosine,

    /// <summary>A straight line, to zero.</summary>
    Linear,

    /// <summary>To a tenth after half of the steps, and to a hundredth after three quarters.</summary>
    Step,
}

/// <summary>
/// The order in which samples are drawn: every epoch is a permutation of all of them, by Fisher–Yates with <see cref="Random"/> of a seed, whose numbers are
/// the same on every machine. Batches are full; one that reaches beyond an epoch takes the rest from the next.
/// </summary>
internal sealed class SampleOrder
{
    private readonly int[] _order;
    private readonly Random _random;
    private int _used;

    public SampleOrder(int count, int seed)
    {
        _order = [.. Enumerable.Range(0, count)];
        _random = new Random(seed);
        Shuffle();
    }

    /// <summary>Draws as many samples as <paramref name="batch"/> has room for.</summary>
    public void Draw(Span<int> batch)
    {
        for (var i = 0; i < batch.Length; i++)
        {
            if (_used == _order.Length)
            {
                Shuffle();
            }

            batch[i] = _order[_used++];
        }
    }

    /// <summary>Goes on as if <paramref name="samples"/> had been drawn.</summary>
    public void Skip(long samples)
    {
        for (; samples > _order.Length - _used; samples -= _order.Length - _used, Shuffle())
        {
        }

        _used += (int)samples;
    }

    private void Shuffle()
    {
        for (var last = _order.Length - 1; last > 0; last--)
        {
            var other = _random.Next(last + 1);
            (_order[last], _order[other]) = (_order[other], _order[last]);
        }

        _used = 0;
    }
}
