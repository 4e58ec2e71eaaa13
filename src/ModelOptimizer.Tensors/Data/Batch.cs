namespace ModelOptimizer.Tensors.Data;

/// <summary>Some samples: the model's inputs by name, each with <see cref="Count"/> samples, and their labels when the dataset has them.</summary>
/// <param name="Inputs">The model's inputs by name.</param>
/// <param name="Count">Number of samples.</param>
/// <param name="Labels">The class of each sample; null unless the labels are one whole number a sample.</param>
internal sealed record Batch(IReadOnlyDictionary<string, HostTensor> Inputs, int Count, long[]? Labels = null)
{
    /// <summary>All values of the labels, sample after sample, equally many of each; null when the dataset has no labels.</summary>
    public double[]? Targets { get; init; } = Labels is null ? null : Array.ConvertAll(Labels, label => (double)label);

    /// <summary>The row of each sample in its file, from 0, as messages name it; null where samples are not read from a file.</summary>
    public long[]? Rows { get; init; }
}
