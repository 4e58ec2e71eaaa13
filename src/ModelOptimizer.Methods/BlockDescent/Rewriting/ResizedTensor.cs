namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>A tensor that changes its size.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Target">The new constant shape of the Reshape that makes it; null when that follows by itself.</param>
internal sealed record ResizedTensor(string Name, long[]? Target = null);
