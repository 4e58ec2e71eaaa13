using System.IO.Compression;
using System.Text;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Pipeline.Tests.Datasets;

namespace ModelOptimizer.Fuzz.Subjects;

/// <summary>A project that was compressed: its models, and what the product wrote beside them and into its cache.</summary>
internal static class CompressedProject
{
    private const string Manifest = """
        version: 1
        device: cpu
        datasets:
          d: { path: d.npz, inputs: { image: images } }
          e: { path: e.npz, inputs: { image: images } }
        models:
          m:
            source: model.onnx
            calibrate: { dataset: d }
            evaluate: { dataset: e, metrics: [cosine] }
            compress: [{ method: tucker, ranks: 2 }, { method: quantize, weights: 8 }]
            gates: [{ cosine: { min: 0.01 } }, { size: { max: 200% } }]
        """;

    private static readonly Lazy<IReadOnlyDictionary<string, byte[]>> Made = new(Make);

    /// <summary>Every file, by its path in the project.</summary>
    public static IReadOnlyDictionary<string, byte[]> Files => Made.Value;

    /// <summary>Runs the manifest.</summary>
    public static RunResult Run(string project, CancellationToken cancellation, bool locked = false, bool writeLock = false) => CompressionRunner.Run(
        new RunOptions
        {
            ManifestPath = Path.Combine(project, "modelopt.yaml"),
            CacheDirectory = Path.Combine(project, "cache"),
            VerifyOnly = locked,
            Locked = locked,
            WriteLock = writeLock,
        },
        new Deaf(),
        cancellation);

    private static SortedDictionary<string, byte[]> Make()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["modelopt.yaml"], Manifest);
        File.WriteAllBytes(folder["model.onnx"], SampleModels.Small);
        foreach (var (name, seed) in new[] { ("d.npz", 1), ("e.npz", 2) })
        {
            var images = ArrayWriter.Npy("<f4", [16, SampleModels.Width], GraphBuilder.Normal([16, SampleModels.Width], 1, seed));
            File.WriteAllBytes(folder[name], ArrayWriter.Npz(CompressionLevel.NoCompression, ("images", images)));
        }

        var result = Run(folder.Path, CancellationToken.None, writeLock: true);
        if (result.ExitCode != ExitCode.Passed)
        {
            throw new InvalidOperationException($"the project to be mutated cannot be compressed: {string.Join('\n', result.Diagnostics)}");
        }

        var files = Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(folder.Path, file).Replace('\\', '/'), File.ReadAllBytes);
        return new SortedDictionary<string, byte[]>(files, StringComparer.Ordinal);
    }
}

/// <summary>Hears nothing.</summary>
internal sealed class Deaf : IRunObserver
{
    public void Message(string text)
    {
    }

    public void Diagnostic(Diagnostic diagnostic)
    {
    }

    public void Progress(string model, MethodProgress progress)
    {
    }

    public void Finished(ModelReport report)
    {
    }
}

/// <summary>Lock files, word for word or sealed again: verified, followed where the output is gone, and written over.</summary>
internal sealed class Locks : Subject
{
    private const string File = "modelopt.lock.json";
    private const string Output = "model.compressed.onnx";

    public Locks()
    {
        foreach (var (file, content) in CompressedProject.Files)
        {
            Files[file] = content;
        }

        var written = Files[File];
        Specimens =
        [
            new(File, written, Form.Json) { Variant = "verify" },
            new(File, written, Form.Json) { Variant = "follow" },
            new(File, written, Form.Json) { Variant = "follow", Pack = Sealed },
            new(File, written, Form.Json) { Variant = "verify", Pack = Sealed },
            new(File, written, Form.Json) { Variant = "remake", Pack = Sealed },
        ];
    }

    public override string Name => "lock";

    public override int Share => 2;

    public override IReadOnlyList<Specimen> Specimens { get; }

    public override bool MayWrite(string file) =>
        file is File or Output || file.StartsWith("model.compressed.report.", StringComparison.Ordinal) || file.StartsWith("cache/", StringComparison.Ordinal);

    public override IEnumerable<Diagnostic> Run(string project, Specimen specimen, CancellationToken cancellation)
    {
        if (specimen.Variant != "verify")
        {
            System.IO.File.Delete(Path.Combine(project, Output));
            Directory.Delete(Path.Combine(project, "cache"), recursive: true);
        }

        return CompressedProject.Run(project, cancellation, locked: specimen.Variant != "follow").Diagnostics;
    }

    // As somebody would who wants a change to be believed.
    private static byte[] Sealed(byte[] mutated)
    {
        using var folder = new TempFolder();
        var manifest = folder["modelopt.yaml"];
        System.IO.File.WriteAllBytes(folder[File], mutated);
        try
        {
            var locks = Pipeline.Locking.LockFile.Read(manifest);
            if (locks.Find("m") is { } model)
            {
                locks.Set("m", model);
                locks.Write(CancellationToken.None);
            }
        }
        catch (DiagnosticException)
        {
            // It is not read far enough for a seal to matter.
        }

        return System.IO.File.ReadAllBytes(folder[File]);
    }
}

/// <summary>Entries of the cache, damaged or sealed again: a run must come to the same end as without them.</summary>
internal sealed class CacheEntries : Subject
{
    public CacheEntries()
    {
        foreach (var (file, content) in CompressedProject.Files.Where(file => file.Key != "modelopt.lock.json"))
        {
            Files[file] = content;
        }

        Specimens =
        [
            .. Files.Where(file => file.Key.StartsWith("cache/", StringComparison.Ordinal)).SelectMany(file => new Specimen[]
            {
                new(file.Key, file.Value, FormOf(file.Key)) { Variant = "sealed" },
                new(file.Key, file.Value, FormOf(file.Key)),
            }),
        ];
    }

    public override string Name => "cache";

    public override int Share => 2;

    public override IReadOnlyList<Specimen> Specimens { get; }

    public override bool MayWrite(string file) => file.StartsWith("cache/", StringComparison.Ordinal) || file.StartsWith("model.compressed.", StringComparison.Ordinal);

    public override IEnumerable<Diagnostic> Run(string project, Specimen specimen, CancellationToken cancellation)
    {
        var entry = Path.GetDirectoryName(Path.Combine(project, specimen.File))!;
        var area = Path.GetFileName(Path.GetDirectoryName(entry))!;
        if (specimen.Variant == "sealed" && !specimen.File.EndsWith(EntrySeal.FileName, StringComparison.Ordinal))
        {
            string[] names = area == CacheLayout.Results ? ["model.onnx", "result.json"] : ["data"];
            File.WriteAllBytes(
                Path.Combine(entry, EntrySeal.FileName),
                EntrySeal.Of(area, Path.GetFileName(entry), names.Select(name => (name, File.ReadAllBytes(Path.Combine(entry, name))))));
        }

        var result = CompressedProject.Run(project, cancellation);
        return result.ExitCode == ExitCode.Passed
            ? result.Diagnostics
            : throw new InvalidOperationException($"a cache that is not as it should be ended the run: {string.Join('\n', result.Diagnostics)}");
    }

    private static Form FormOf(string file) => Path.GetExtension(file) switch { ".json" => Form.Json, ".onnx" => Form.Model, ".sha256" => Form.Text, _ => Form.Bytes };
}
