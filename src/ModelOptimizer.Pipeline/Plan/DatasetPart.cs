namespace ModelOptimizer.Pipeline.Plan;

/// <summary>One entry of a dataset's <c>split:</c>: the samples from <paramref name="Start"/> to <paramref name="End"/> of a seeded order of all.</summary>
/// <param name="Name">The entry's key.</param>
/// <param name="Start">Share of the samples that come before.</param>
/// <param name="End">The same with its own.</param>
/// <param name="Position">Where it is written.</param>
internal sealed record DatasetPart(string Name, double Start, double End, SourcePosition Position);
