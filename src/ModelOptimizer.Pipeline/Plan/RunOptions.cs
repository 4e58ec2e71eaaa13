namespace ModelOptimizer.Pipeline.Plan;

/// <summary>What the command line or the build asks for, beyond the manifest.</summary>
internal sealed record RunOptions
{
    /// <summary>The manifest's path.</summary>
    public required string ManifestPath { get; init; }

    /// <summary>Only this model; null for all.</summary>
    public string? Model { get; init; }

    /// <summary>Overrides the manifest's device; null to keep it.</summary>
    public string? Device { get; init; }

    /// <summary>Overrides the manifest's linear algebra; null to keep it.</summary>
    public string? LinearAlgebra { get; init; }

    /// <summary>Re-evaluate the gates of the outputs that are there, and write nothing but reports.</summary>
    public bool VerifyOnly { get; init; }

    /// <summary>
    /// With <see cref="VerifyOnly"/>: inputs and output must be those of the lock file; an output that is not there is made again, in memory.
    /// </summary>
    public bool Locked { get; init; }

    /// <summary>Write what was decided to the lock file.</summary>
    public bool WriteLock { get; init; }

    /// <summary>Failed gates are warnings, as <c>ModelOptimizerSeverity=warning</c> asks; <see cref="VerifyOnly"/> ignores it.</summary>
    public bool GatesAreWarnings { get; init; }

    /// <summary>Where outputs go when a model names none; null for <c>&lt;source&gt;.compressed.onnx</c> beside the source.</summary>
    public string? OutputDirectory { get; init; }

    /// <summary>Where reports go when <see cref="OutputDirectory"/> is only a stop on the way; null to write them beside the outputs.</summary>
    public string? ReportDirectory { get; init; }

    /// <summary>Whether every framework that unpacks a resource has Brotli.</summary>
    public bool HasBrotli { get; init; } = true;

    /// <summary>The cache's folder; null for no cache.</summary>
    public string? CacheDirectory { get; init; }
}
