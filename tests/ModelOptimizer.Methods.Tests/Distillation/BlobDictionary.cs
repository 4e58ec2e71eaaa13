namespace ModelOptimizer.Methods.Tests.Distillation;

/// <summary>Blobs in memory; like the real store it keeps what it has.</summary>
internal sealed class BlobDictionary : IBlobStore
{
    private readonly Dictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Names => _blobs.Keys;

    public byte[]? Find(string name) => _blobs.GetValueOrDefault(name);

    public void Add(string name, byte[] content) => _blobs.TryAdd(name, content);
}
