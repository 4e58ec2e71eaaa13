namespace ModelOptimizer.Pipeline.Inspection;

/// <summary>What <c>modelopt cache info</c> shows.</summary>
/// <param name="Version">Of the JSON document.</param>
/// <param name="Folder">The cache's folder.</param>
/// <param name="Entries">Finished results and what else is kept.</param>
/// <param name="Leftovers">Folders that somebody is filling, or was killed while filling.</param>
/// <param name="Bytes">In both.</param>
/// <param name="LimitBytes">What entries of all kinds may take together before the longest unused are removed.</param>
/// <param name="OldestUse">When the entry that would be removed first was last asked for; null without entries.</param>
/// <param name="NewestUse">When an entry was last asked for; null without entries.</param>
internal sealed record CacheReport(
    int Version,
    string Folder,
    int Entries,
    int Leftovers,
    long Bytes,
    long LimitBytes,
    DateTime? OldestUse,
    DateTime? NewestUse
);
