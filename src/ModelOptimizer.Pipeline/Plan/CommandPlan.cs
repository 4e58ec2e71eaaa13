namespace ModelOptimizer.Pipeline.Plan;

/// <summary><c>command:</c>, a program that gets a model's path and prints metrics as JSON.</summary>
internal sealed record CommandPlan
{
    /// <summary>What an argument says where the model's path belongs; without it the path is the last argument.</summary>
    public const string ModelPlaceholder = "{model}";

    /// <summary>The program and its arguments, as written.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>Where it runs: the manifest's folder, absolute.</summary>
    public required string Directory { get; init; }

    /// <summary>Seconds that it may take for one model.</summary>
    public required int TimeoutSeconds { get; init; }

    /// <summary>The files it depends on, such as its script, absolute.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];
}
