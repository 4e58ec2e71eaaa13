namespace ModelOptimizer.Build;

/// <summary>Codes of what can go wrong between MSBuild and the tool. MOC5105, MOC5108 and MOC5109 are in the targets file.</summary>
internal static class BuildErrors
{
    /// <summary>The tool or the dotnet host that runs it is not there.</summary>
    public const string CannotStart = "MOC5101";

    /// <summary>The machine has no .NET 10 runtime.</summary>
    public const string NoRuntime = "MOC5102";

    /// <summary>The tool ended with an exit code and no error.</summary>
    public const string EndedWithoutError = "MOC5103";

    /// <summary>The tool ended well, but what it should have written is not there.</summary>
    public const string NoState = "MOC5104";

    /// <summary>The embedded models are large: every compile embeds them again.</summary>
    public const string LargeResources = "MOC5106";

    /// <summary>The embedded models are more than an assembly can hold.</summary>
    public const string TooLargeResources = "MOC5107";
}
