using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Caching;

/// <summary>What methods keep of one model between runs, such as the errors over the ranks: another gate or budget does not change them.</summary>
internal sealed class MethodBlobs
{
    private readonly (BlobCache Blobs, BlobCache Moments) _caches;
    private readonly string _scope;

    /// <param name="directory">The cache's folder.</param>
    /// <param name="say">Told in one line when an entry was damaged.</param>
    /// <param name="plan">The model's plan.</param>
    /// <param name="hashes">SHA-256 of every file it reads, by path.</param>
    /// <param name="deviceClass">Provider, device and ONNX Runtime version.</param>
    public MethodBlobs(
        string directory, Action<string>? say, ModelPlan plan, IReadOnlyDictionary<string, string> hashes, string deviceClass)
    {
        _caches = (new BlobCache(directory, say), BlobCache.Moments(directory, say));
        var canonical = JsonNode.Parse(plan.Canonical)!.AsObject();
        string[] parts =
        [
            ToolIdentity.Build, deviceClass, canonical["seed"]?.ToJsonString() ?? "", canonical["calibrate"]?.ToJsonString() ?? "",
            .. (plan.Calibrate?.Dataset?.Files ?? []).Concat(plan.CustomOps).Select(file => hashes[file]),
        ];
        _scope = string.Join('\n', parts);
    }

    /// <summary>The store for a method that continues from <paramref name="model"/>, and that of the model's second moments.</summary>
    public (IBlobStore Blobs, IBlobStore Moments) For(OnnxModel model)
    {
        var scope = ContentHash.Of($"{_scope}\n{ContentHash.Of(model.ToBytes())}");
        return (new Store(_caches.Blobs, scope), new Store(_caches.Moments, scope));
    }

    private sealed class Store(BlobCache cache, string scope) : IBlobStore
    {
        public byte[]? Find(string name) => cache.Find(Key(name));

        public void Add(string name, byte[] content) => cache.Add(Key(name), content);

        private string Key(string name) => ContentHash.Of($"{scope}\n{name}");
    }
}
