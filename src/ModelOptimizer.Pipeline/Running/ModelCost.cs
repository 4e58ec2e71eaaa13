namespace ModelOptimizer.Pipeline.Running;

/// <summary>What a model costs.</summary>
/// <param name="Bytes">Model file plus external data.</param>
/// <param name="Parameters">Number of weights.</param>
/// <param name="Macs">Multiply-adds of one sample; null when the shapes could not be found.</param>
public sealed record ModelCost(long Bytes, long Parameters, long? Macs);
