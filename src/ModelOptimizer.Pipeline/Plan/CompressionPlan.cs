namespace ModelOptimizer.Pipeline.Plan;

/// <summary>A manifest, resolved: paths absolute, defaults filled in, everything checked that can be without running a model.</summary>
internal sealed record CompressionPlan
{
    /// <summary>The manifest's absolute path.</summary>
    public required string ManifestPath { get; init; }

    /// <summary><c>auto</c>, or a device by name.</summary>
    public required string Device { get; init; }

    /// <summary>Where the device is written; the manifest when it is not.</summary>
    public required SourcePosition DevicePosition { get; init; }

    /// <summary>One of <see cref="Tensors.LinearAlgebra.Backends.LinearAlgebraBackends.Words"/>.</summary>
    public required string LinearAlgebra { get; init; }

    /// <summary>Where that is written; the manifest when it is not.</summary>
    public required SourcePosition LinearAlgebraPosition { get; init; }

    /// <summary>Seed of every random draw.</summary>
    public required int Seed { get; init; }

    /// <summary>Bytes that the run may take; null for half of the machine's memory.</summary>
    public long? Memory { get; init; }

    /// <summary>The models in the order written.</summary>
    public required IReadOnlyList<ModelPlan> Models { get; init; }

    /// <summary>Every file that is read, whether a model uses it or not: absolute paths.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];

    /// <summary>Notes and warnings found while reading.</summary>
    public IReadOnlyList<Diagnostic> Remarks { get; init; } = [];
}
