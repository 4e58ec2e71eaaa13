namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>Samples of equal shape, whatever file or folder holds them.</summary>
internal interface ISampleArray
{
    /// <summary>What it is called in messages.</summary>
    string Name { get; }

    /// <summary>Element type and shape, samples first.</summary>
    ArrayHeader Header { get; }

    /// <summary>Starts a pass.</summary>
    ISampleReader Open();
}
