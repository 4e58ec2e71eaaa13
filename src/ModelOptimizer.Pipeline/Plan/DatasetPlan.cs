using ModelOptimizer.Diagnostics;

namespace ModelOptimizer.Pipeline.Plan;

/// <summary>One entry of <c>datasets:</c>.</summary>
public sealed record DatasetPlan
{
    /// <summary>The entry's key.</summary>
    public required string Name { get; init; }

    /// <summary>Where the entry is written.</summary>
    public required SourcePosition Position { get; init; }

    /// <summary>Absolute path of the file or folder; null when every array names its own file (IDX).</summary>
    public string? Path { get; init; }

    /// <summary>Model input → array name in <see cref="Path"/>, or absolute file path when there is no <see cref="Path"/>.</summary>
    public required IReadOnlyDictionary<string, string> Inputs { get; init; }

    /// <summary>Array (or absolute file) with the labels: the class of each sample, or numbers that a model should give.</summary>
    public string? Labels { get; init; }

    /// <summary>What is done to every input value.</summary>
    public PreprocessPlan Preprocess { get; init; } = new();

    /// <summary>Every file that is read, absolute: inputs of the cache key and of incremental builds.</summary>
    public required IReadOnlyList<string> Files { get; init; }
}
