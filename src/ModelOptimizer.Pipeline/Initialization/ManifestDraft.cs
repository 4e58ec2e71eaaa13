namespace ModelOptimizer.Pipeline.Initialization;

/// <summary>What a first manifest says.</summary>
internal sealed record ManifestDraft
{
    /// <summary>The model's name in the manifest.</summary>
    public required string Model { get; init; }

    /// <summary>Path of the model from the manifest.</summary>
    public required string Source { get; init; }

    /// <summary>The share of the size that weights of 8 bits leave room for, in percent.</summary>
    public required int Size { get; init; }

    /// <summary>The class that opens the embedded model.</summary>
    public required string Accessor { get; init; }

    /// <summary>The device; null for the one that each machine has.</summary>
    public string? Device { get; init; }

    /// <summary>The data; null for random inputs.</summary>
    public DataDraft? Data { get; init; }

    /// <summary>The domain of operators that ONNX Runtime does not know, where there is no data; null where there is none.</summary>
    public string? UnknownDomain { get; init; }
}
