using System.Text.Json.Nodes;
using ModelOptimizer.Pipeline.Caching;

namespace ModelOptimizer.Pipeline.Locking;

/// <summary>Hashes of what a model's decisions depend on.</summary>
/// <param name="Manifest">The model's part of the manifest, key by key.</param>
/// <param name="Files">The model, its external data and datasets, by path from the manifest's folder.</param>
public sealed record LockedInputs(IReadOnlyDictionary<string, string> Manifest, IReadOnlyDictionary<string, string> Files)
{
    /// <summary>As they are now.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="model">The model in it.</param>
    /// <param name="hashes">SHA-256 of every file, by absolute path.</param>
    public static LockedInputs Of(CompressionPlan plan, ModelPlan model, IReadOnlyDictionary<string, string> hashes)
    {
        var folder = Path.GetDirectoryName(plan.ManifestPath)!;
        return new LockedInputs(
            new SortedDictionary<string, string>(JsonNode.Parse(model.Canonical)!.AsObject().ToDictionary(part => part.Key, part => ContentHash.Of(part.Value?.ToJsonString() ?? "")), StringComparer.Ordinal),
            new SortedDictionary<string, string>(hashes.ToDictionary(file => Path.GetRelativePath(folder, file.Key).Replace('\\', '/'), file => file.Value), StringComparer.Ordinal));
    }

    /// <summary>What is different in <paramref name="now"/>, each in a few words; empty when nothing is.</summary>
    public IReadOnlyList<string> Changes(LockedInputs now) =>
    [
        .. Differences(Manifest, now.Manifest).Select(key => $"'{key}' in the manifest"),
        .. Differences(Files, now.Files).Select(file => now.Files.ContainsKey(file) ? Files.ContainsKey(file) ? $"the file {file}" : $"the new file {file}" : $"the file {file}, which is not used any more"),
    ];

    private static IEnumerable<string> Differences(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> now) =>
        before.Keys.Union(now.Keys, StringComparer.Ordinal).Where(key => before.GetValueOrDefault(key) != now.GetValueOrDefault(key)).Order(StringComparer.Ordinal);
}
