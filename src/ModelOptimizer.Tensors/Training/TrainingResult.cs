using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Tensors.Training;

/// <summary>What came of a training.</summary>
/// <param name="Parameters">The trained weights by name.</param>
/// <param name="Losses">The loss at every step, before it.</param>
/// <param name="ResumedAt">The step of the checkpoint that it went on from; 0 where there was none.</param>
public sealed record TrainingResult(IReadOnlyDictionary<string, HostTensor> Parameters, IReadOnlyList<float> Losses, long ResumedAt);
