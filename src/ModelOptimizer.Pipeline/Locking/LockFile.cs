using System.Text.Encodings.Web;
using System.Text.Json;
using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Pipeline.Files;

namespace ModelOptimizer.Pipeline.Locking;

/// <summary>
/// The lock file beside a manifest, <c>modelopt.lock.json</c> for <c>modelopt.yaml</c>: what was decided for every model, and from which inputs. Meant to be
/// committed.
/// </summary>
internal sealed class LockFile
{
    private const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        // A member that is missing or null is a damaged file, not a surprise later.
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new ChoiceOnOneLine() },
    };

    // Another run writes for as long as this file takes to write.
    private static readonly LockPatience Patience = new(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));

    private readonly IReadOnlyDictionary<string, LockedModel> _models;
    private readonly Dictionary<string, LockedModel> _set = new(StringComparer.Ordinal);
    private HashSet<string>? _retained;

    private LockFile(string path, IReadOnlyDictionary<string, LockedModel> models) => (Path, _models) = (path, models);

    /// <summary>Its absolute path; the file need not exist.</summary>
    public string Path { get; }

    /// <summary>Where the lock file of a manifest lies.</summary>
    public static string PathOf(string manifest) => System.IO.Path.ChangeExtension(manifest, ".lock.json");

    /// <summary>The lock file of a manifest; without models when there is none.</summary>
    /// <exception cref="DiagnosticException">It cannot be read (MOC1201).</exception>
    public static LockFile Read(string manifest)
    {
        var path = PathOf(manifest);
        return new LockFile(path, Models(path));
    }

    /// <summary>What was locked for a model when this was read; null when nothing was.</summary>
    public LockedModel? Find(string model) => _models.GetValueOrDefault(model);

    /// <summary>Locks a model.</summary>
    public void Set(string model, LockedModel locked) => _set[model] = locked with { Seal = Seal(locked) };

    /// <summary>Whether an entry is word for word what a run wrote.</summary>
    public static bool IsIntact(LockedModel locked) => locked.Seal == Seal(locked);

    /// <summary>Forgets all models but these.</summary>
    public void Retain(IEnumerable<string> models) => _retained = [.. models];

    /// <summary>
    /// Writes what was set and retained, whole or not at all; an equal file stays as it is. What other runs wrote since this was read stays too, if they are
    /// the same user's on the same machine.
    /// </summary>
    /// <exception cref="DiagnosticException">It cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while another run was writing.</exception>
    public void Write(CancellationToken cancellation)
    {
        try
        {
            using var held = Hold(cancellation);
            var models = new SortedDictionary<string, LockedModel>(
                Models(Path).Where(model => _retained?.Contains(model.Key) ?? true).ToDictionary(),
                StringComparer.Ordinal
            );
            foreach (var (model, locked) in _set)
            {
                models[model] = locked;
            }

            if (models.Count > 0 || File.Exists(Path))
            {
                ChangedFile.Write(Path, [.. JsonSerializer.SerializeToUtf8Bytes(new LockDocument(CurrentVersion, models), Json), (byte)'\n']);
            }
        }
        catch (TimeoutException exception)
        {
            throw new DiagnosticException(
                RunCodes.OutputNotWritable,
                $"The lock file cannot be written: another run of modelopt{exception.Message} has been writing it for a minute. End that run, and try again.",
                new SourcePosition(Path),
                exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(
                RunCodes.OutputNotWritable,
                $"The lock file cannot be written: {exception.Message}",
                new SourcePosition(Path),
                exception
            );
        }
    }

    // Of the entry without spaces: how a file is laid out does not matter.
    private static string Seal(LockedModel locked) => ContentHash.Of(JsonSerializer.SerializeToNode(locked with { Seal = null }, Json)!.ToJsonString());

    // Not beside the lock file, which is in a folder that gets committed. Without a folder for temporary files there is no guard, and a write all the same.
    private FileLock? Hold(CancellationToken cancellation)
    {
        try
        {
            var guard = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"modelopt-{ContentHash.Of(Environment.UserName + Path)[..16]}.lock");
            return FileLock.Acquire(guard, Patience, _ => { }, cancellation);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static IReadOnlyDictionary<string, LockedModel> Models(string path)
    {
        try
        {
            var document = File.Exists(path)
                ? JsonSerializer.Deserialize<LockDocument>(Disk.ReadAllBytes(path), Json)
                : new LockDocument(CurrentVersion, new Dictionary<string, LockedModel>());
            return document is { Version: CurrentVersion }
                ? document.Models.Values.All(model => model?.IsWhole == true) ? document.Models : throw new JsonException("A model's entry is not whole.")
                : throw new DiagnosticException(
                    LockCodes.Unreadable,
                    $"The lock file has version {document?.Version}, and this modelopt reads version {CurrentVersion}. Use the package that wrote it, or "
                        + "delete it and run 'modelopt compress'.",
                    new SourcePosition(path));
        }
        catch (JsonException exception)
        {
            var place = new SourcePosition(path, (int)(exception.LineNumber ?? -1) + 1, (int)(exception.BytePositionInLine ?? -1) + 1);
            throw new DiagnosticException(
                LockCodes.Unreadable,
                "The lock file is damaged, perhaps by a merge. Restore it, or delete it and run 'modelopt compress'.",
                place,
                exception
            );
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(LockCodes.Unreadable, $"The lock file cannot be read: {exception.Message}", new SourcePosition(path), exception);
        }
    }

    /// <summary><c>modelopt.lock.json</c>.</summary>
    /// <param name="Version">Of this format.</param>
    /// <param name="Models">By the models' names.</param>
    private sealed record LockDocument(int Version, IReadOnlyDictionary<string, LockedModel> Models);
}
