namespace ModelOptimizer.Pipeline.Inspection;

/// <summary>What <c>modelopt cache clear</c> did.</summary>
/// <param name="Version">Of the JSON document.</param>
/// <param name="Folder">The cache's folder.</param>
/// <param name="Entries">Entries removed.</param>
/// <param name="Leftovers">Leftovers removed.</param>
/// <param name="Bytes">Bytes freed.</param>
/// <param name="Kept">Folders that could not be removed.</param>
internal sealed record CacheClearing(int Version, string Folder, int Entries, int Leftovers, long Bytes, IReadOnlyList<string> Kept);
