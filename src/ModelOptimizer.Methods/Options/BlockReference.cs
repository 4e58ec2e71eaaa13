namespace ModelOptimizer.Methods.Options;

/// <summary>Which block of a model a step means: one that <c>modelopt blocks</c> lists, or whatever is between two tensors.</summary>
/// <param name="Name">The listed name; null where tensors are given.</param>
/// <param name="From">The tensor that enters; null where a name is given.</param>
/// <param name="To">The tensor that leaves; null where a name is given.</param>
internal sealed record BlockReference(string? Name, string? From = null, string? To = null);
