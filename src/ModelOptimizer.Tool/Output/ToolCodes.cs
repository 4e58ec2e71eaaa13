namespace ModelOptimizer.Tool.Output;

/// <summary>Codes of the command line itself.</summary>
internal static class ToolCodes
{
    /// <summary>The command line cannot be understood.</summary>
    public const string Usage = "MOC1080";

    /// <summary>A name given on the command line that refers to nothing.</summary>
    public const string UnknownMethod = "MOC1081";

    /// <summary><c>cache clear</c> could not remove everything.</summary>
    public const string CacheNotCleared = "MOC5122";
}
