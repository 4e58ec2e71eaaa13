using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelOptimizer.Pipeline.Caching;

/// <summary>
/// Finished results by <see cref="ResultKey"/>, one folder each. Several builds and machines may share a cache: an entry appears whole, by one rename, or not at all.
/// </summary>
public sealed class ResultCache(string directory)
{
    private const string ModelFile = "model.onnx";
    private const string ResultFile = "result.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        WriteIndented = true,
    };

    /// <summary>The model and the result of <paramref name="key"/>; null when it is not there or not whole.</summary>
    public (byte[] Model, CachedResult Result)? Find(string key)
    {
        try
        {
            var entry = EntryOf(key);
            var result = JsonSerializer.Deserialize<CachedResult>(File.ReadAllBytes(Path.Combine(entry, ResultFile)), Json);
            var model = File.ReadAllBytes(Path.Combine(entry, ModelFile));
            return result is not null && ContentHash.Of(model) == result.ModelSha256 ? (model, result) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Adds a result. A cache that cannot be written costs time later, never the run: false is returned.</summary>
    public bool Add(string key, byte[] model, CachedResult result)
    {
        var entry = EntryOf(key);
        var temporary = $"{entry}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}.tmp";
        try
        {
            Directory.CreateDirectory(temporary);
            File.WriteAllBytes(Path.Combine(temporary, ModelFile), model);
            File.WriteAllBytes(Path.Combine(temporary, ResultFile), JsonSerializer.SerializeToUtf8Bytes(result, Json));
            Replace(temporary, entry);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
        finally
        {
            Remove(temporary);
        }
    }

    // Whoever comes second finds an equal entry and leaves it, unless that one is damaged.
    private void Replace(string temporary, string entry)
    {
        if (Directory.Exists(entry))
        {
            if (Find(Path.GetFileName(entry)) is not null)
            {
                return;
            }

            Remove(entry);
        }

        try
        {
            Directory.Move(temporary, entry);
        }
        catch (IOException) when (Directory.Exists(entry))
        {
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private string EntryOf(string key) => Path.Combine(directory, "results", key);
}
