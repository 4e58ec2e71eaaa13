namespace ModelOptimizer.Tensors.Data;

/// <summary>Samples that can be read again and again, always in the same order and the same batches.</summary>
internal interface IBatchSource
{
    /// <summary>Number of samples in all batches together.</summary>
    int Count { get; }

    /// <summary>Reads from the start.</summary>
    IEnumerable<Batch> Read();
}
