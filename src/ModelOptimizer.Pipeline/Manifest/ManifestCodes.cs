namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Codes of everything that can be wrong with, or worth saying about, a manifest.</summary>
internal static class ManifestCodes
{
    /// <summary>The manifest cannot be opened.</summary>
    public const string Unreadable = "MOC1001";

    /// <summary>The text is not YAML.</summary>
    public const string Malformed = "MOC1002";

    /// <summary>The manifest says nothing.</summary>
    public const string Empty = "MOC1003";

    /// <summary><c>version:</c> is missing, or of a manifest that this version does not know.</summary>
    public const string Version = "MOC1004";

    /// <summary>A key or a list entry written twice.</summary>
    public const string Duplicate = "MOC1006";

    /// <summary>A name that refers to nothing: a dataset, a method, a metric, a device.</summary>
    public const string UnknownName = "MOC1010";

    /// <summary>Two models that would write the same file, resource or class.</summary>
    public const string Collision = "MOC1014";

    /// <summary>A gate or metric that could not be measured with what the manifest gives.</summary>
    public const string NotMeasurable = "MOC1015";

    /// <summary>Note: a model has no gates.</summary>
    public const string NoGates = "MOC1101";

    /// <summary>Note: a model is not embedded.</summary>
    public const string NoEmbed = "MOC1102";
}
