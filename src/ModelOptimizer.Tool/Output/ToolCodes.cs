namespace ModelOptimizer.Tool.Output;

/// <summary>Codes of the command line itself.</summary>
internal static class ToolCodes
{
    /// <summary>The command line cannot be understood.</summary>
    public const string Usage = "MOC1080";

    /// <summary>A name given on the command line that refers to nothing.</summary>
    public const string UnknownMethod = "MOC1081";

    /// <summary>ONNX Runtime crashed with a model, did not return, or took far too much memory.</summary>
    public const string ModelEndsRuntime = "MOC2308";

    /// <summary><c>cache clear</c> could not remove everything.</summary>
    public const string CacheNotCleared = "MOC5122";

    /// <summary>The process that does the work could not be started, or was ended with no model in hand.</summary>
    public const string WorkEnded = "MOC5126";
}
