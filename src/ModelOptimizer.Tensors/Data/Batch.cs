namespace ModelOptimizer.Tensors.Data;

/// <summary>Some samples: the model's inputs by name, each with <see cref="Count"/> samples, and their labels when the dataset has them.</summary>
public sealed record Batch(IReadOnlyDictionary<string, HostTensor> Inputs, int Count, long[]? Labels = null);
