namespace ModelOptimizer.Pipeline.Results;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    /// <summary>Everything holds.</summary>
    public const int Passed = 0;

    /// <summary>A gate failed.</summary>
    public const int GateFailed = 1;

    /// <summary>Manifest, model, data or command line are wrong.</summary>
    public const int BadInput = 2;

    /// <summary>Device, runtime or file system.</summary>
    public const int Environment = 3;

    /// <summary>A mistake in the product.</summary>
    public const int Internal = 4;

    /// <summary>Cancelled; 128 + SIGINT, as shells do.</summary>
    public const int Cancelled = 130;

    /// <summary>The exit code of the first error; <see cref="Passed"/> when there is none.</summary>
    public static int Of(IEnumerable<Diagnostic> diagnostics) =>
        diagnostics.FirstOrDefault(found => found.Severity == DiagnosticSeverity.Error) is { } first ? Of(first) : Passed;

    private static int Of(Diagnostic error) => error.Code.AsSpan() switch
    {
        ['M', 'O', 'C', '4', ..] => GateFailed,
        ['M', 'O', 'C', '5', ..] => Environment,
        ['M', 'O', 'C', '9', ..] => Internal,
        _ => BadInput,
    };
}
