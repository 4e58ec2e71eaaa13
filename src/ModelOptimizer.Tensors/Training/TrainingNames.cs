namespace ModelOptimizer.Tensors.Training;

/// <summary>What the inputs and outputs of a training graph are called.</summary>
/// <param name="Vectors">The parameters, then the optimiser's vectors.</param>
/// <param name="NewVectors">The same after the step.</param>
/// <param name="Scalars">The optimiser's numbers of the step.</param>
/// <param name="Loss">The loss before the step.</param>
/// <param name="Norm">The gradient's norm before clipping.</param>
internal sealed record TrainingNames(IReadOnlyList<string> Vectors, IReadOnlyList<string> NewVectors, IReadOnlyList<string> Scalars, string Loss, string Norm);
