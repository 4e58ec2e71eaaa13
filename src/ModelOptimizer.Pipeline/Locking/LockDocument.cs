namespace ModelOptimizer.Pipeline.Locking;

/// <summary><c>modelopt.lock.json</c>.</summary>
/// <param name="Version">Of this format.</param>
/// <param name="Models">By the models' names.</param>
internal sealed record LockDocument(int Version, IReadOnlyDictionary<string, LockedModel> Models);
