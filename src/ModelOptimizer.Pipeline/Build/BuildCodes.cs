namespace ModelOptimizer.Pipeline.Build;

/// <summary>Codes of what goes wrong around a build; the runs inside have their own.</summary>
public static class BuildCodes
{
    /// <summary>Two models of one project would have one name, resource or accessor.</summary>
    public const string Duplicate = "MOC1901";

    /// <summary>An accessor's name is not a C# name.</summary>
    public const string AccessorName = "MOC1902";

    /// <summary>A model file that is not there, in a build that does not compress.</summary>
    public const string SourceMissing = "MOC2900";

    /// <summary>A model is too large to embed.</summary>
    public const string TooLargeToEmbed = "MOC2901";

    /// <summary>A model is large for an embedded resource (warning).</summary>
    public const string LargeToEmbed = "MOC2902";

    /// <summary><c>request.json</c> cannot be read, or is of another version.</summary>
    public const string Request = "MOC5101";

    /// <summary>Another build held the output folder for too long.</summary>
    public const string LockTimeout = "MOC5102";

    /// <summary>The output folder cannot be written.</summary>
    public const string CannotWrite = "MOC5103";

    /// <summary>Compression is switched off (note).</summary>
    public const string Disabled = "MOC5104";

    /// <summary>No accessor for this language (note).</summary>
    public const string NoAccessor = "MOC5105";

    /// <summary>A mistake in the product.</summary>
    public const string Internal = "MOC9001";
}
