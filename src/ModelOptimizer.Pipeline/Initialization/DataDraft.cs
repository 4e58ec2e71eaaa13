namespace ModelOptimizer.Pipeline.Initialization;

/// <summary>What a first manifest says of data, every text as YAML writes it.</summary>
internal sealed record DataDraft
{
    /// <summary>The file with several arrays; null when each array is a file.</summary>
    public string? Path { get; init; }

    /// <summary>The arrays by model input.</summary>
    public required IReadOnlyList<(string Input, string Array)> Inputs { get; init; }

    public string? Labels { get; init; }

    /// <summary>The value of <c>preprocess:</c>; empty for none.</summary>
    public required string Preprocess { get; init; }

    /// <summary>What is known of the preprocessing, for its comment; null to say nothing.</summary>
    public string? Measured { get; init; }

    /// <summary>Share of the samples for calibration, in percent.</summary>
    public required int Calibration { get; init; }

    /// <summary>How many of them are used.</summary>
    public required long Samples { get; init; }

    /// <summary>How many samples gates see; null for all.</summary>
    public long? TestSamples { get; init; }

    /// <summary>The metric of the gate.</summary>
    public required string Metric { get; init; }
}
