namespace ModelOptimizer.Pipeline.Plan;

/// <summary>How a build ships the compressed model: in the assembly, or as a file beside it.</summary>
/// <param name="Resource">LogicalName of the embedded resource; null when the model is copied.</param>
/// <param name="Accessor">Name of the generated class, with a namespace when it has dots; null for none.</param>
/// <param name="Position">Where it is written.</param>
internal sealed record EmbedPlan(string? Resource, string? Accessor, SourcePosition Position)
{
    /// <summary>Path in the project's output folder that the model is copied to, with <c>/</c> between its parts; null when it is embedded.</summary>
    public string? Copy { get; init; }
}
