using System.Text.Json.Nodes;

namespace ModelOptimizer.Pipeline.Caching;

/// <summary>What methods keep of one model between runs, such as the errors over the ranks: another gate or budget does not change them.</summary>
internal sealed class MethodBlobs
{
    private readonly BlobCache _cache;
    private readonly string _scope;

    /// <param name="cache">The cache.</param>
    /// <param name="plan">The model's plan.</param>
    /// <param name="hashes">SHA-256 of every file it reads, by path.</param>
    /// <param name="deviceClass">Provider, device and ONNX Runtime version.</param>
    public MethodBlobs(BlobCache cache, ModelPlan plan, IReadOnlyDictionary<string, string> hashes, string deviceClass)
    {
        _cache = cache;
        var canonical = JsonNode.Parse(plan.Canonical)!.AsObject();
        string[] parts =
        [
            ToolIdentity.Build, deviceClass, canonical["seed"]?.ToJsonString() ?? "", canonical["calibrate"]?.ToJsonString() ?? "",
            .. (plan.Calibrate?.Dataset?.Files ?? []).Concat(plan.CustomOps).Select(file => hashes[file]),
        ];
        _scope = string.Join('\n', parts);
    }

    /// <summary>The store for a method that continues from <paramref name="model"/>.</summary>
    public IBlobStore For(OnnxModel model) => new Store(_cache, ContentHash.Of($"{_scope}\n{ContentHash.Of(model.ToBytes())}"));

    private sealed class Store(BlobCache cache, string scope) : IBlobStore
    {
        public byte[]? Find(string name) => cache.Find(Key(name));

        public void Add(string name, byte[] content) => cache.Add(Key(name), content);

        private string Key(string name) => ContentHash.Of($"{scope}\n{name}");
    }
}
