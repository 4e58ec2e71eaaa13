using System.Globalization;
using System.Text;
using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Pipeline.Files;
using ModelOptimizer.Pipeline.Reports;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>
/// The folder that the project takes its resources and accessors from. Files change only when their content does: the compiler looks at time stamps.
/// </summary>
internal sealed class OutputFolder(BuildRequest request)
{
    private readonly string _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.OutputDirectory));

    /// <summary>Where a run writes before all models are known to be good.</summary>
    public string Staging => Path.Combine(_root, ".staging");

    /// <summary>Deletes what a build that was killed left. Nobody else writes here now, but a build that waits has left its request.</summary>
    public void ClearLeftovers()
    {
        ClearStaging();
        DeleteAll(_root, "*.tmp");
        DeleteAll(_root, BuildContract.RequestFiles, IsAbandoned);
    }

    /// <summary>No staging folder.</summary>
    public void ClearStaging()
    {
        if (Directory.Exists(Staging))
        {
            Disk.DeleteFolder(Staging, recursive: true);
        }
    }

    /// <summary>Puts every model in its place, and generates accessors.</summary>
    public IReadOnlyList<BuildOutput> Accept(IEnumerable<ProducedModel> models, IBuildLog log)
    {
        List<BuildOutput> outputs = [];
        foreach (var model in models)
        {
            var target = PlaceOf(model);
            var sha256 = Place(model.File, target);
            if (model.Embed is { Copy: { } copy })
            {
                outputs.Add(new BuildOutput(target, BuildOutput.Copy, copy, new FileInfo(target).Length));
            }
            else if (model.Embed is { } embed)
            {
                var (compression, resource) = Packed(target, embed, sha256);
                outputs.Add(resource);
                if (embed.Accessor is { } accessor)
                {
                    outputs.AddRange(Generate(accessor, embed, new EmbeddedFile(sha256, new FileInfo(target).Length, compression, resource.Length), log));
                }
            }
        }

        return outputs;
    }

    /// <summary>Whether all of the project's target frameworks can unpack Brotli; a project without the property is for .NET Framework.</summary>
    public static bool HasBrotli(BuildRequest request) =>
        request.TargetFrameworks.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } frameworks
        && frameworks.All(Packing.HasBrotli);

    private string PlaceOf(ProducedModel model) => Path.Combine(_root, OutputPath.Folder(model.Name), model.FileName);

    /// <summary>
    /// Deletes what builds before left and this one has not, whatever they said of it. What cannot be deleted now is left to the next build that writes here.
    /// </summary>
    public void Forget(IEnumerable<BuildOutput> outputs, IReadOnlyCollection<ProducedModel> models)
    {
        var files = outputs.Select(output => output.Path).Concat(models.Select(PlaceOf)).ToHashSet(StringComparer.Ordinal);
        var folders = models.Select(model => OutputPath.Folder(model.Name)).ToHashSet(StringComparer.Ordinal);
        Attempt(() =>
        {
            DeleteAll(_root, "*.g.cs", file => !files.Contains(file));
            // What is behind a link in this folder is not in it.
            foreach (var folder in Directory.GetDirectories(_root).Where(folder => new DirectoryInfo(folder).LinkTarget is null))
            {
                // A model of another name, or packed in another way.
                DeleteAll(folder, "*.onnx", file => !files.Contains(file));
                DeleteAll(folder, "*.onnx.*.brotli", file => !files.Contains(file));
                DeleteAll(folder, "*.onnx.*.deflate", file => !files.Contains(file));
                if (!folders.Contains(Path.GetFileName(folder)))
                {
                    ReportFiles.Extensions.ToList().ForEach(extension => DeleteAll(folder, "*" + extension));
                    DeleteEmpty(folder);
                }
            }
        });
    }

    /// <summary>The resource's file: the model's own, or one beside it whose name has the model's hash, so that an equal model is packed once only.</summary>
    private (EmbedCompression Compression, BuildOutput Resource) Packed(string file, EmbedPlan embed, string sha256)
    {
        BuildOutput Resource(string path) => new(path, BuildOutput.Resource, embed.Resource!, new FileInfo(path).Length);
        if (embed.Compression == EmbedCompression.None)
        {
            return (EmbedCompression.None, Resource(file));
        }

        var hasBrotli = HasBrotli(request);
        string Place(EmbedCompression compression) => $"{file}.{sha256[..16]}.{compression.ToString().ToLowerInvariant()}";
        var likely = embed.Compression != EmbedCompression.Auto ? embed.Compression : hasBrotli ? EmbedCompression.Brotli : EmbedCompression.Deflate;
        var earlier = new FileInfo(Place(likely));
        if (earlier.Exists && (embed.Compression != EmbedCompression.Auto || Packing.Pays(earlier.Length, new FileInfo(file).Length)))
        {
            return (likely, Resource(Place(likely)));
        }

        var (compression, bytes) = Packing.Pack(Disk.ReadAllBytes(file), embed.Compression, hasBrotli);
        if (compression == EmbedCompression.None)
        {
            return (compression, Resource(file));
        }

        ChangedFile.Write(Place(compression), bytes);
        return (compression, Resource(Place(compression)));
    }

    private IEnumerable<BuildOutput> Generate(string accessor, EmbedPlan embed, EmbeddedFile file, IBuildLog log)
    {
        if (!string.Equals(request.Language, "C#", StringComparison.OrdinalIgnoreCase))
        {
            log.Diagnostic(
                new Diagnostic(
                    BuildCodes.NoAccessor,
                    DiagnosticSeverity.Note,
                    $"The accessor '{accessor}' is generated for C# projects only; in {request.Language} open the resource '{embed.Resource}' with "
                        + "Assembly.GetManifestResourceStream"
                        + (file.Compression == EmbedCompression.None ? "." : $", and unpack it by a {file.Compression}Stream."),
                    embed.Position
                )
            );
            yield break;
        }

        var path = Path.Combine(_root, accessor + ".g.cs");
        var source = Encoding.UTF8.GetBytes(Accessor.Source(accessor, request.RootNamespace, embed.Resource!, file));
        ChangedFile.Write(path, source);
        yield return new BuildOutput(path, BuildOutput.Compile, "", source.Length);
    }

    private static string Place(string file, string target)
    {
        var sha256 = ContentHash.OfFile(file);
        if (!string.Equals(Path.GetFullPath(file), Path.GetFullPath(target), StringComparison.Ordinal))
        {
            DeleteAll(Path.GetDirectoryName(target)!, "*.tmp");
            ChangedFile.Copy(file, target, sha256);
        }

        return sha256;
    }

    private static void DeleteEmpty(string folder)
    {
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Disk.DeleteFolder(folder);
        }
    }

    // Its name has the number of the build's process. One that is gone here may be alive on another machine, whose tool has read its request by then: clocks of
    // machines that share a folder differ by less. A time to come is one of a clock that was set back.
    private static bool IsAbandoned(string request)
    {
        var process = Path.GetFileNameWithoutExtension(request).Split('-')[^1];
        var isGone = int.TryParse(process, CultureInfo.InvariantCulture, out var number) && AtomicFile.IsGone(number);
        return (DateTime.UtcNow - File.GetLastWriteTimeUtc(request)).Duration() > (isGone ? TimeSpan.FromMinutes(10) : TimeSpan.FromDays(1));
    }

    private static void Attempt(Action act)
    {
        try
        {
            act();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static void DeleteAll(string folder, string pattern, Func<string, bool>? condition = null)
    {
        if (Directory.Exists(folder))
        {
            Directory.EnumerateFiles(folder, pattern).Where(condition ?? (_ => true)).ToList().ForEach(Disk.Delete);
        }
    }
}
