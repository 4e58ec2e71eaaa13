using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelOptimizer.Pipeline.Caching;

/// <summary>
/// Finished results by <see cref="ResultKey"/>. Safe to share between builds and machines; what is damaged is computed again. Whoever can write to the folder
/// can write a result that looks whole: a report says what its model did, and is to be measured again before somebody relies on it.
/// </summary>
/// <param name="directory">The cache's folder.</param>
/// <param name="say">Told in one line when an entry was damaged.</param>
/// <param name="limit">Bytes that the cache may take.</param>
internal sealed class ResultCache(string directory, Action<string>? say = null, long limit = CacheFolder.Limit)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private readonly ContentStore _store = new(directory, CacheLayout.Results, ["model.onnx", "result.json"], limit, say);

    /// <summary>
    /// The model and its report of <paramref name="key"/>; null when it is not there or not whole. Names, places and gates are the manifest's to give.
    /// </summary>
    public (byte[] Model, ModelReport Report)? Find(string key)
    {
        if (_store.Find(key) is not [var model, var json])
        {
            return null;
        }

        if (Read(json) is { } result)
        {
            return (model, result);
        }

        _store.Discard(key, "was written by another version");
        return null;
    }

    /// <summary>Adds a finished model. A cache that cannot be written costs time later, never the run: false is returned.</summary>
    public bool Add(string key, byte[] model, ModelReport report) =>
        _store.Add(
            key,
            model,
            JsonSerializer.SerializeToUtf8Bytes(new Entry(report with { Name = "", Source = "" }, [.. report.Gates.Select(gate => gate.Code)]), Json)
        );

    /// <summary>Removes a model that is not what its report says.</summary>
    public void Discard(string key) => _store.Discard(key, "does not do what its report says");

    private static ModelReport? Read(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize<Entry>(json, Json) is { Report: { } report, Codes: { } codes } && Whole.Is(report)
                ? report with { Gates = [.. report.Gates.Zip(codes, (gate, code) => gate with { Code = code })] }
                : null;
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    // What reports do not print.
    private sealed record Entry(ModelReport Report, IReadOnlyList<string?> Codes);
}
