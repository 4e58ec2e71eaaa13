namespace ModelOptimizer.Tensors.Training;

/// <summary>How far a training is.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">The loss, averaged over the last steps.</param>
/// <param name="Remaining">The time that the rest will take at the speed so far.</param>
public readonly record struct TrainingProgress(long Step, long Steps, double Loss, TimeSpan Remaining);
