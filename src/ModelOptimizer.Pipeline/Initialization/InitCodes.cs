namespace ModelOptimizer.Pipeline.Initialization;

/// <summary>Codes of everything that keeps a first manifest from being written.</summary>
internal static class InitCodes
{
    /// <summary>There is a manifest already.</summary>
    public const string ManifestExists = "MOC1401";

    /// <summary>The folder has more than one project.</summary>
    public const string SeveralProjects = "MOC1402";

    /// <summary>The data has no array that fits an input of the model.</summary>
    public const string NoArrayFits = "MOC1403";

    /// <summary>The labels named are not in the data, or cannot be labels of these samples.</summary>
    public const string Labels = "MOC1404";

    /// <summary>Data of a kind that cannot be looked into.</summary>
    public const string UnknownData = "MOC1405";

    /// <summary>The model has nothing that the usual method compresses.</summary>
    public const string NothingToCompress = "MOC1406";

    /// <summary>A project file that cannot be read.</summary>
    public const string BadProject = "MOC1407";
}
