namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>Codes of everything that can be wrong with data.</summary>
internal static class DataCodes
{
    /// <summary>A data file is missing or cannot be opened.</summary>
    public const string Unreadable = "MOC3001";

    /// <summary>A data file is cut off, damaged, or of no known format.</summary>
    public const string Corrupt = "MOC3002";

    /// <summary>The file has no array or column of that name.</summary>
    public const string NoSuchArray = "MOC3003";

    /// <summary>An array whose element type or memory order cannot be read.</summary>
    public const string Unsupported = "MOC3004";

    /// <summary>The dataset's inputs are not the model's inputs.</summary>
    public const string Inputs = "MOC3005";

    /// <summary>A sample does not have the shape of the model's input.</summary>
    public const string Shape = "MOC3006";

    /// <summary>Mean, std or layout do not fit the samples.</summary>
    public const string Preprocess = "MOC3007";

    /// <summary>Arrays of one dataset with different numbers of samples.</summary>
    public const string Counts = "MOC3008";

    /// <summary>A dataset without samples.</summary>
    public const string NoSamples = "MOC3009";

    /// <summary>More samples are asked for than there are.</summary>
    public const string TooFewSamples = "MOC3010";

    /// <summary>Labels that are not finite numbers.</summary>
    public const string Labels = "MOC3011";

    /// <summary>The samples cannot be cut into the batches that the model wants.</summary>
    public const string Batches = "MOC3012";

    /// <summary>A value that the input's element type cannot hold.</summary>
    public const string Value = "MOC3013";

    /// <summary>A model input of a type that no data can be made for.</summary>
    public const string InputType = "MOC3014";

    /// <summary>A line or cell of a table that is not as it should be.</summary>
    public const string Cell = "MOC3015";

    /// <summary>A folder of samples that is not as it should be.</summary>
    public const string Folder = "MOC3016";

    /// <summary>Random inputs of which neither the model nor the manifest says what they are like.</summary>
    public const string RandomInputs = "MOC3017";
}
