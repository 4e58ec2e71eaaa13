namespace ModelOptimizer.Pipeline.Plan;

/// <summary>What a dataset's samples are stored in.</summary>
internal enum DatasetFormat
{
    /// <summary>A file for every array: <c>.npy</c> or IDX.</summary>
    Arrays,

    /// <summary>A <c>.npz</c> file.</summary>
    Archive,

    /// <summary>A CSV file.</summary>
    Table,

    /// <summary>A folder with a file for every sample.</summary>
    Folder,
}
