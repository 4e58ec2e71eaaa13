using System.Collections.Concurrent;

namespace ModelOptimizer.Fuzz;

/// <summary>A project between other folders, of which the product must leave everything as it is but what a subject may write.</summary>
internal sealed class Workplace : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("fuzz-");
    private readonly Subject _subject;
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly string _temporary = Path.Combine(Path.GetTempPath(), "modelopt");

    public Workplace(Subject subject)
    {
        _subject = subject;
        foreach (var (file, content) in subject.Files)
        {
            _files[$"project/{file}"] = content;
        }

        _files["outside/secret.bin"] = new byte[4096];
        _files["beside.yaml"] = "version: 1\n"u8.ToArray();
        Restore();
    }

    public string Project => Path.Combine(_root.FullName, "project");

    /// <summary>What was done to files elsewhere since <see cref="Watch"/>.</summary>
    public ConcurrentQueue<string> Trespasses { get; } = new();

    /// <summary>Lays the mutated input in its place.</summary>
    public void Put(Specimen specimen, byte[] mutated)
    {
        Trespasses.Clear();
        Write($"project/{specimen.File}", mutated);
    }

    /// <summary>Looks at every file that the calling thread uses.</summary>
    public IDisposable Watch() => Disk.Watch((act, path) =>
    {
        var isTemporary = path == Path.GetTempPath() || path.StartsWith(_temporary, StringComparison.Ordinal);
        var isInside = Path.GetFullPath(path).StartsWith(Project, StringComparison.Ordinal);
        if (!isInside && !isTemporary && (act != DiskAct.Read || !_subject.MayNameOthers))
        {
            Trespasses.Enqueue($"{act} {path}");
        }
    });

    /// <summary>Files that are not as they were and may not be otherwise; afterwards everything is.</summary>
    public IReadOnlyList<string> Restore(Specimen? specimen = null)
    {
        List<string> strays = [];
        foreach (var path in Directory.GetFiles(_root.FullName, "*", SearchOption.AllDirectories))
        {
            var file = Path.GetRelativePath(_root.FullName, path).Replace('\\', '/');
            var isInput = file == $"project/{specimen?.File}";
            var isKnown = _files.TryGetValue(file, out var content);
            if (isKnown && content!.AsSpan().SequenceEqual(File.ReadAllBytes(path)))
            {
                continue;
            }

            var mayBe = isInput || (file.StartsWith("project/", StringComparison.Ordinal) && _subject.MayWrite(file["project/".Length..]));
            if (!mayBe || file.EndsWith(".tmp", StringComparison.Ordinal))
            {
                strays.Add(file);
            }

            File.Delete(path);
        }

        foreach (var (file, content) in _files.Where(file => !File.Exists(Path.Combine(_root.FullName, file.Key))))
        {
            if (specimen is not null && file != $"project/{specimen.File}" && !_subject.MayWrite(file["project/".Length..]))
            {
                strays.Add($"without {file}");
            }

            Write(file, content);
        }

        return strays;
    }

    public void Dispose() => _root.Delete(recursive: true);

    private void Write(string file, byte[] content)
    {
        var path = Path.Combine(_root.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }
}
