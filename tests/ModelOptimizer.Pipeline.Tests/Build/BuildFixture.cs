using System.Text.Json;
using System.Text.RegularExpressions;
using ModelOptimizer.Build;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Build;
using ModelOptimizer.Pipeline.Files;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Build;

/// <summary>A project with one manifest and one model, built with a runner that "compresses" by taking the first half of the file.</summary>
internal sealed partial class BuildFixture : IDisposable
{
    /// <summary>When manifest and model were written.</summary>
    public static readonly DateTime LongAgo = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly TempFolder _folder = new();

    public BuildFixture()
    {
        Write(Manifest, "version: 1");
        Write(Model, "0123456789");
        // A file written within the run's own time would count as changed while it ran.
        File.SetLastWriteTimeUtc(Manifest, LongAgo);
        File.SetLastWriteTimeUtc(Model, LongAgo);
        Request = new BuildRequest
        {
            Manifests = [Manifest],
            OutputDirectory = _folder["obj"],
            CacheDirectory = _folder["cache"],
            Severity = "error",
            RootNamespace = "My.App",
            Language = "C#",
            ToolVersion = "tool",
        };
    }

    public BuildRequest Request { get; set; }

    public string ToolVersion { get; set; } = "1.0";

    public EmbedPlan? Embed { get; set; } = new("Digits.onnx", "DigitsModel", new SourcePosition("modelopt.yaml", 9, 5));

    /// <summary>What the runner finds wrong.</summary>
    public List<Diagnostic> Problems { get; } = [];

    /// <summary>What the runner reads besides manifest and model.</summary>
    public List<string> MoreInputs { get; } = [];

    /// <summary>Called inside the runner, before it writes.</summary>
    public Action<CancellationToken> During { get; set; } = _ => { };

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public int Runs { get; private set; }

    public string Manifest => _folder["modelopt.yaml"];

    public string Model => _folder["digits.onnx"];

    public string Output => _folder["obj", "digits", "digits.onnx"];

    public string Accessor => _folder["obj", "DigitsModel.g.cs"];

    public string StateFile => _folder["obj", "state.json"];

    public JsonElement State => JsonDocument.Parse(File.ReadAllText(StateFile)).RootElement;

    public string this[string name] => _folder[name];

    public static void Write(string path, string content) => File.WriteAllText(path, content);

    public int Build(ListLog? log = null, LockPatience? patience = null, CancellationToken cancellation = default) =>
        new BuildSession(Request, ToolVersion, log ?? new ListLog(), Run, ReadManifest, patience, Clock).Run(cancellation);

    /// <summary>All files of the output folder with their content and time, for "nothing changed".</summary>
    public IReadOnlyList<(string Path, string Content, DateTime Written)> Files() =>
    [
        .. Directory.EnumerateFiles(Request.OutputDirectory, "*", SearchOption.AllDirectories)
            .Where(path => !Path.GetFileName(path).StartsWith("build.lock", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(path => (path, File.ReadAllText(path), File.GetLastWriteTimeUtc(path))),
    ];

    /// <summary>A copy of the whole project, with the times of its files.</summary>
    public BuildFixture Copy()
    {
        var copy = new BuildFixture();
        foreach (var file in Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories))
        {
            var target = copy[Path.GetRelativePath(_folder.Path, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
            File.SetLastWriteTimeUtc(target, File.GetLastWriteTimeUtc(file));
        }

        return copy;
    }

    /// <summary>A text without what differs from machine to machine: where the project lies, and what the system calls its files.</summary>
    public string Relative(string text) =>
        Identity().Replace(text.Replace(_folder.Path, "<project>", StringComparison.Ordinal), "\"identity\": 0");

    /// <summary>What the state says of an input.</summary>
    public (long Length, long Ticks) Stamp(string path)
    {
        var input = State.GetProperty("inputs").EnumerateArray().Single(stamp => Path.GetFullPath(stamp.GetProperty("path").GetString()!, Request.OutputDirectory) == path);
        return (input.GetProperty("length").GetInt64(), input.GetProperty("lastWriteUtc").GetInt64());
    }

    public void Dispose() => _folder.Dispose();

    [GeneratedRegex("\"identity\": -?[0-9]+")]
    private static partial Regex Identity();

    private RunResult Run(RunOptions options, IRunObserver observer, CancellationToken cancellation)
    {
        Runs++;
        During(cancellation);
        cancellation.ThrowIfCancellationRequested();
        var exitCode = ExitCode.Of(Problems);
        Problems.ForEach(observer.Diagnostic);
        var output = Path.Combine(options.OutputDirectory!, "digits", "digits.onnx");
        var before = File.ReadAllText(Model);
        var after = before[..(before.Length / 2)];
        if (exitCode == 0)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(output)!);
            File.WriteAllText(output, after);
        }

        var report = new ModelReport
        {
            Name = "digits",
            Source = Model,
            Output = exitCode == 0 ? output : null,
            OutputSha256 = "",
            Embed = Embed,
            Before = new ModelCost(before.Length, 8, 100),
            After = new ModelCost(after.Length, 4, 50),
            Metrics = [new MetricPair("top1", 0.989, 0.987, 2000)],
            Steps = [],
            Gates = [],
            DeviceClass = "cpu",
        };
        observer.Progress("digits", new MethodProgress("second moments", 1, 2));
        observer.Finished(report);
        return new RunResult([report], [.. Problems], [options.ManifestPath, Model, .. MoreInputs], exitCode);
    }

    private CompressionPlan ReadManifest(string path) => new()
    {
        ManifestPath = path,
        Device = "auto",
        DevicePosition = new SourcePosition(path),
        LinearAlgebra = LinearAlgebraWord.BuiltIn,
        LinearAlgebraPosition = new SourcePosition(path),
        Seed = 1,
        Models =
        [
            new ModelPlan
            {
                Name = "digits",
                Position = new SourcePosition(path, 3, 3),
                Source = Model,
                SourcePosition = new SourcePosition(path, 4, 5),
                Steps = [],
                Gates = [],
                Embed = Embed,
                WarnOutputError = 0.3,
                Canonical = "",
            },
        ],
    };
}
