namespace ModelOptimizer.Pipeline.Build;

/// <summary>Codes of what goes wrong around a build; the runs inside have their own, and so has the MSBuild task (MOC5101 to MOC5109).</summary>
internal static class BuildCodes
{
    /// <summary><c>request.json</c> cannot be read, or is of another version.</summary>
    public const string Request = "MOC5111";

    /// <summary>Another build held the output folder for too long.</summary>
    public const string LockTimeout = "MOC5112";

    /// <summary>Note: compression is switched off.</summary>
    public const string Disabled = "MOC5114";

    /// <summary>Note: no accessor for this language.</summary>
    public const string NoAccessor = "MOC5115";
}
