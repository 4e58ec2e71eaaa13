namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>What a dataset names its arrays in.</summary>
internal interface IDataContainer
{
    /// <summary>The arrays or columns that can be named; empty where names are files or patterns.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The array of a model input.</summary>
    ISampleArray Input(string name);

    /// <summary>The array of labels.</summary>
    ISampleArray Labels(string name);
}
