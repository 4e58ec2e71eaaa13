namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>What a dataset names its arrays in.</summary>
internal interface IDataContainer
{
    /// <summary>The array of a model input.</summary>
    ISampleArray Input(string name);

    /// <summary>The array of labels.</summary>
    ISampleArray Labels(string name);
}
