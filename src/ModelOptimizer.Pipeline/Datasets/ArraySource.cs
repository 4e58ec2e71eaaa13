namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>One array of a dataset; what goes wrong in it becomes an error at the dataset.</summary>
internal sealed class ArraySource(DatasetPlan dataset, ISampleArray array)
{
    /// <summary>Element type and shape.</summary>
    public ArrayHeader Header => array.Header;

    /// <summary>What the array is called in messages.</summary>
    public string Name => array.Name;

    /// <summary>Starts a pass.</summary>
    public ISampleReader Open() => DataFailure.Guard(dataset, Name, "while opening it", array.Open);

    /// <summary>An error at the dataset for what went wrong in the file.</summary>
    public DiagnosticException Problem(Exception exception, string when) => DataFailure.Of(dataset, Name, exception, when);
}
