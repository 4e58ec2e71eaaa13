using ModelOptimizer.Diagnostics;

namespace ModelOptimizer.Pipeline.Plan;

/// <summary>How a build ships the compressed model.</summary>
/// <param name="Resource">LogicalName of the embedded resource.</param>
/// <param name="Accessor">Name of the generated class, with a namespace when it has dots; null for none.</param>
/// <param name="Position">Where it is written.</param>
public sealed record EmbedPlan(string Resource, string? Accessor, SourcePosition Position);
