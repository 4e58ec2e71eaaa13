using System.Text.Encodings.Web;
using System.Text.Json;
using ModelOptimizer.Pipeline.Files;

namespace ModelOptimizer.Pipeline.Locking;

/// <summary>
/// The lock file beside a manifest, <c>modelopt.lock.json</c> for <c>modelopt.yaml</c>: what was decided for every model, and from which inputs. Meant to be committed.
/// </summary>
internal sealed class LockFile
{
    private const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new ChoiceOnOneLine() },
    };

    private readonly SortedDictionary<string, LockedModel> _models;

    private LockFile(string path, IReadOnlyDictionary<string, LockedModel> models) =>
        (Path, _models) = (path, new SortedDictionary<string, LockedModel>(models.ToDictionary(), StringComparer.Ordinal));

    /// <summary>Its absolute path; the file need not exist.</summary>
    public string Path { get; }

    /// <summary>Where the lock file of a manifest lies.</summary>
    public static string PathOf(string manifest) => System.IO.Path.ChangeExtension(manifest, ".lock.json");

    /// <summary>The lock file of a manifest; without models when there is none.</summary>
    /// <exception cref="DiagnosticException">It cannot be read (MOC1201).</exception>
    public static LockFile Read(string manifest)
    {
        var path = PathOf(manifest);
        try
        {
            var document = File.Exists(path) ? JsonSerializer.Deserialize<LockDocument>(File.ReadAllBytes(path), Json) : new LockDocument(CurrentVersion, new Dictionary<string, LockedModel>());
            return document is { Version: CurrentVersion, Models: not null }
                ? new LockFile(path, document.Models)
                : throw new DiagnosticException(LockCodes.Unreadable, $"The lock file has version {document?.Version}, and this modelopt reads version {CurrentVersion}. Use the package that wrote it, or delete it and run 'modelopt compress'.", new SourcePosition(path));
        }
        catch (JsonException exception)
        {
            var place = new SourcePosition(path, (int)(exception.LineNumber ?? -1) + 1, (int)(exception.BytePositionInLine ?? -1) + 1);
            throw new DiagnosticException(LockCodes.Unreadable, "The lock file is damaged, perhaps by a merge. Restore it, or delete it and run 'modelopt compress'.", place, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(LockCodes.Unreadable, $"The lock file cannot be read: {exception.Message}", new SourcePosition(path), exception);
        }
    }

    /// <summary>What is locked for a model; null when nothing is.</summary>
    public LockedModel? Find(string model) => _models.GetValueOrDefault(model);

    /// <summary>Locks a model.</summary>
    public void Set(string model, LockedModel locked) => _models[model] = locked;

    /// <summary>Forgets all models but these.</summary>
    public void Retain(IEnumerable<string> models)
    {
        foreach (var gone in _models.Keys.Except(models, StringComparer.Ordinal).ToList())
        {
            _models.Remove(gone);
        }
    }

    /// <summary>Writes the file whole or not at all; an equal one stays as it is.</summary>
    /// <exception cref="DiagnosticException">It cannot be written.</exception>
    public void Write()
    {
        if (_models.Count == 0 && !File.Exists(Path))
        {
            return;
        }

        try
        {
            ChangedFile.Write(Path, [.. JsonSerializer.SerializeToUtf8Bytes(new LockDocument(CurrentVersion, _models), Json), (byte)'\n']);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(RunCodes.OutputNotWritable, $"The lock file cannot be written: {exception.Message}", new SourcePosition(Path), exception);
        }
    }

    /// <summary><c>modelopt.lock.json</c>.</summary>
    /// <param name="Version">Of this format.</param>
    /// <param name="Models">By the models' names.</param>
    private sealed record LockDocument(int Version, IReadOnlyDictionary<string, LockedModel> Models);
}
