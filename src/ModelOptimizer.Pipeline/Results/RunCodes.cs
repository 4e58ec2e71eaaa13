namespace ModelOptimizer.Pipeline.Results;

/// <summary>Codes of what can go wrong between a valid manifest and a finished run.</summary>
internal static class RunCodes
{
    /// <summary><c>--model</c> names no model of the manifest.</summary>
    public const string UnknownModel = "MOC1090";

    /// <summary><c>verify</c> found no compressed model.</summary>
    public const string NothingToVerify = "MOC2090";

    /// <summary>The output cannot be written.</summary>
    public const string OutputNotWritable = "MOC5124";

    /// <summary>The report cannot be written.</summary>
    public const string ReportNotWritable = "MOC2092";

    /// <summary>A file or folder cannot be read or written.</summary>
    public const string FileSystem = "MOC5121";

    /// <summary>There is not enough memory.</summary>
    public const string OutOfMemory = "MOC5123";

    /// <summary>A rewrite made a graph that is not valid.</summary>
    public const string BrokenRewrite = "MOC9002";

    /// <summary>Anything that nobody foresaw.</summary>
    public const string Internal = "MOC9001";
}

/// <summary>What an exception says to the user, whoever threw it.</summary>
internal static class Failure
{
    /// <summary>One error: an exception's own, one about files or memory, or that nobody foresaw it (MOC9001).</summary>
    public static Diagnostic Of(Exception exception) => exception switch
    {
        DiagnosticException known => known.Diagnostic,
        // What happens on several threads comes in a parcel.
        AggregateException { InnerExceptions: [var first, ..] } => Of(first),
        IOException or UnauthorizedAccessException => Error($"A file cannot be used: {exception.Message}", RunCodes.FileSystem),
        OutOfMemoryException => Error(
            "There is not enough memory for this model and its data. Calibrate and evaluate with fewer samples, compress fewer layers in one step, or use a "
                + "machine (or a container) with more memory.",
            RunCodes.OutOfMemory),
        _ => Error(
            $"An unexpected error in ModelOptimizer {ToolIdentity.Version}. This is a mistake in ModelOptimizer, not yours; please report it with this text, "
                + $"and with the model or manifest if you may share it. {exception}",
            RunCodes.Internal),
    };

    private static Diagnostic Error(string message, string code) => new(code, DiagnosticSeverity.Error, message);
}
