namespace ModelOptimizer.Pipeline.Results;

/// <summary>Codes of what can go wrong between a valid manifest and a finished run.</summary>
internal static class RunCodes
{
    /// <summary><c>--model</c> names no model of the manifest.</summary>
    public const string UnknownModel = "MOC1090";

    /// <summary><c>verify</c> found no compressed model.</summary>
    public const string NothingToVerify = "MOC2090";

    /// <summary>The output cannot be written.</summary>
    public const string OutputNotWritable = "MOC2091";

    /// <summary>The report cannot be written.</summary>
    public const string ReportNotWritable = "MOC2092";

    /// <summary>A rewrite made a graph that is not valid.</summary>
    public const string BrokenRewrite = "MOC9002";

    /// <summary>Anything that nobody foresaw.</summary>
    public const string Internal = "MOC9001";
}
