using ModelOptimizer.Tensors.Devices;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>What the MSBuild task asks for: <c>request.json</c>.</summary>
internal sealed record BuildRequest
{
    /// <summary>The version of this text that both sides speak.</summary>
    public const int CurrentProtocol = 1;

    /// <summary>The version that the task speaks.</summary>
    public required int Protocol { get; init; }

    /// <summary>Absolute paths of the manifests, in the project's order.</summary>
    public required IReadOnlyList<string> Manifests { get; init; }

    /// <summary>The project's folder.</summary>
    public required string ProjectDirectory { get; init; }

    /// <summary>Where everything is written: below <c>obj</c>, the same for all target frameworks and configurations.</summary>
    public required string OutputDirectory { get; init; }

    /// <summary>The cache's folder; empty for the user's.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>Overrides the manifests' device; empty to keep them.</summary>
    public string? Device { get; init; }

    /// <summary><c>warning</c> makes failed gates warnings; anything else leaves them as they are.</summary>
    public string? Severity { get; init; }

    /// <summary>Re-evaluate the gates of what the last build left, without compressing.</summary>
    public bool Verify { get; init; }

    /// <summary>False embeds the originals.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Namespace of accessors whose name has no dots.</summary>
    public string? RootNamespace { get; init; }

    /// <summary><c>C#</c>, <c>F#</c> or <c>VB</c>.</summary>
    public string? Language { get; init; }

    /// <summary>Where other libraries lie (another build of ONNX Runtime, plug-ins, TorchSharp), in one text: another folder may be another answer.</summary>
    public string? Libraries { get; init; }

    /// <summary>What the task takes for the tool's identity; another tool's state is no answer.</summary>
    public string? ToolVersion { get; init; }

    /// <summary>Whether <paramref name="other"/> must come out the same. Where the cache lies does not matter.</summary>
    internal bool AsksTheSameAs(BuildRequest other) =>
        Manifests.SequenceEqual(other.Manifests, StringComparer.Ordinal)
        && this == other with { Manifests = Manifests, CacheDirectory = CacheDirectory };
}
