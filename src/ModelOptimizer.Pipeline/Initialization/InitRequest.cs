namespace ModelOptimizer.Pipeline.Initialization;

/// <summary>What a first manifest is asked for; paths are absolute.</summary>
internal sealed record InitRequest
{
    /// <summary>The folder of the manifest, and of the project if there is one.</summary>
    public required string Directory { get; init; }

    /// <summary>The ONNX file.</summary>
    public required string Model { get; init; }

    /// <summary>The file with samples; null when there is none.</summary>
    public string? Data { get; init; }

    /// <summary>The array, column or file of labels; null lets the data decide.</summary>
    public string? Labels { get; init; }

    /// <summary>The device that the manifest shall name, a word that <c>DeviceSelector.Knows</c>; null leaves the choice to every machine.</summary>
    public string? Device { get; init; }

    /// <summary>Whether a manifest that is there is replaced.</summary>
    public bool Force { get; init; }
}
