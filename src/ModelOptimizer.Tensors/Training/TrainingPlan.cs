namespace ModelOptimizer.Tensors.Training;

/// <summary>What a training does, step by step.</summary>
/// <param name="Steps">Number of steps.</param>
/// <param name="LearningRate">The rate at each.</param>
/// <param name="Seed">Seed of the order of the samples.</param>
public sealed record TrainingPlan(long Steps, LearningRate LearningRate, int Seed)
{
    /// <summary>Steps from one checkpoint to the next.</summary>
    public long CheckpointEvery { get; init; } = long.MaxValue;

    /// <summary>The steps in which every sample is seen <paramref name="epochs"/> times, at least one.</summary>
    public static long StepsOf(double epochs, int samples, int batch) => Math.Max(1, (long)Math.Round(epochs * samples / batch));
}
