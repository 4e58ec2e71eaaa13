using ModelOptimizer.Tensors.Training;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>What a training made.</summary>
/// <param name="Model">The student with other numbers.</param>
/// <param name="Weights">The numbers that changed, by constant.</param>
/// <param name="Losses">The loss of every step's batch, before the step.</param>
internal sealed record TrainedStudent(OnnxModel Model, IReadOnlyDictionary<string, double[]> Weights, IReadOnlyList<float> Losses);
