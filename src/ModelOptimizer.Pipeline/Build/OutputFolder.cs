using System.Text;
using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Pipeline.Files;
using ModelOptimizer.Pipeline.Reports;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>The folder that the project takes its resources and accessors from. Files change only when their content does: the compiler looks at time stamps.</summary>
internal sealed class OutputFolder(BuildRequest request)
{
    private readonly string _root = request.OutputDirectory;

    /// <summary>Where a run writes before all models are known to be good.</summary>
    public string Staging => Path.Combine(_root, ".staging");

    /// <summary>Deletes what a build that was killed left. Nobody else writes here now, but a build that waits has left its request.</summary>
    public void ClearLeftovers()
    {
        ClearStaging();
        var abandoned = DateTime.UtcNow - TimeSpan.FromDays(1);
        DeleteAll(_root, "*.tmp");
        DeleteAll(_root, BuildContract.RequestFiles, file => File.GetLastWriteTimeUtc(file) < abandoned);
    }

    /// <summary>No staging folder.</summary>
    public void ClearStaging()
    {
        if (Directory.Exists(Staging))
        {
            Directory.Delete(Staging, recursive: true);
        }
    }

    /// <summary>Puts every model in its place, and generates accessors.</summary>
    public IReadOnlyList<BuildOutput> Accept(IEnumerable<ProducedModel> models, IBuildLog log)
    {
        List<BuildOutput> outputs = [];
        foreach (var model in models)
        {
            var target = Path.Combine(_root, OutputPath.Folder(model.Name), model.FileName);
            var sha256 = Place(model.File, target);
            if (model.Embed is { } embed)
            {
                var length = new FileInfo(target).Length;
                outputs.Add(embed.Copy is { } copy
                    ? new BuildOutput(target, BuildOutput.Copy, copy, length)
                    : new BuildOutput(target, BuildOutput.Resource, embed.Resource!, length));
                if (embed.Accessor is { } accessor)
                {
                    outputs.AddRange(Generate(accessor, embed, sha256, length, log));
                }
            }
        }

        return outputs;
    }

    /// <summary>Deletes what the last build had and this one has not.</summary>
    public static void Forget(IReadOnlyList<BuildOutput> before, IReadOnlyList<BuildOutput> now)
    {
        foreach (var gone in before.Select(output => output.Path).Except(now.Select(output => output.Path), StringComparer.Ordinal))
        {
            File.Delete(gone);
            DeleteEmpty(Path.GetDirectoryName(gone)!);
        }
    }

    /// <summary>Deletes the reports of models that are no longer there.</summary>
    public void ForgetReports(IEnumerable<ProducedModel> models)
    {
        var kept = models.Select(model => OutputPath.Folder(model.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var folder in Directory.EnumerateDirectories(_root).Where(folder => !kept.Contains(Path.GetFileName(folder))).ToList())
        {
            foreach (var extension in ReportFiles.Extensions)
            {
                DeleteAll(folder, "*" + extension);
            }

            DeleteEmpty(folder);
        }
    }

    private IEnumerable<BuildOutput> Generate(string accessor, Plan.EmbedPlan embed, string sha256, long length, IBuildLog log)
    {
        if (!string.Equals(request.Language, "C#", StringComparison.OrdinalIgnoreCase))
        {
            log.Diagnostic(new Diagnostic(
                BuildCodes.NoAccessor,
                DiagnosticSeverity.Note,
                $"The accessor '{accessor}' is generated for C# projects only; in {request.Language} open the resource '{embed.Resource}' with Assembly.GetManifestResourceStream.",
                embed.Position));
            yield break;
        }

        var path = Path.Combine(_root, accessor + ".g.cs");
        var source = Encoding.UTF8.GetBytes(Accessor.Source(accessor, request.RootNamespace, embed.Resource!, sha256, length));
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
            Directory.Delete(folder);
        }
    }

    private static void DeleteAll(string folder, string pattern, Func<string, bool>? condition = null)
    {
        if (Directory.Exists(folder))
        {
            Directory.EnumerateFiles(folder, pattern).Where(condition ?? (_ => true)).ToList().ForEach(File.Delete);
        }
    }
}
