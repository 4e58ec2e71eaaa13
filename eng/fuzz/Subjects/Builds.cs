using System.Text;
using ModelOptimizer.Pipeline.Build;

namespace ModelOptimizer.Fuzz.Subjects;

/// <summary>States of earlier builds, and the requests of the build task.</summary>
internal sealed class Builds : Subject
{
    private const string State = "obj/state.json";
    private const string Request = "obj/request-4711.json";

    private const string Manifest = """
        version: 1
        models:
          m: { source: model.onnx, compress: [{ method: tucker, ranks: 4 }], embed: { resource: M.onnx, accessor: M } }
          n: { source: model.onnx, output: n.onnx, compress: [{ method: tucker, ranks: 4 }], embed: { copy: models/n.onnx } }
        """;

    public Builds()
    {
        Files["modelopt.yaml"] = Encoding.UTF8.GetBytes(Manifest);
        Files["model.onnx"] = SampleModels.Small;
        using var folder = new TempFolder();
        foreach (var (file, content) in Files)
        {
            File.WriteAllBytes(folder[file], content);
        }

        var log = new SilentLog();
        if (OriginalsBuild.Run(OriginalsBuild.Request(folder.Path), log, CancellationToken.None) != ExitCode.Passed)
        {
            throw new InvalidOperationException($"the project to be mutated cannot be built: {string.Join('\n', log.Diagnostics)}");
        }

        foreach (var file in Directory.GetFiles(folder["obj"], "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "build.lock"))
        {
            Files[Path.GetRelativePath(folder.Path, file).Replace('\\', '/')] = File.ReadAllBytes(file);
        }

        Specimens =
        [
            new(State, Files[State], Form.Json),
            new(Request, Encoding.UTF8.GetBytes(BuildJson.Write(OriginalsBuild.Request("PROJECT"))), Form.Json),
        ];
    }

    public override string Name => "build";

    public override int Share => 6;

    // Manifests and inputs may be anywhere.
    public override bool MayNameOthers => true;

    public override IReadOnlyList<Specimen> Specimens { get; }

    public override bool MayWrite(string file) => file.StartsWith("obj/", StringComparison.Ordinal);

    public override IEnumerable<Diagnostic> Run(string project, Specimen specimen, CancellationToken cancellation)
    {
        var log = new SilentLog();
        if (specimen.File == Request)
        {
            var path = Path.Combine(project, Request);
            File.WriteAllText(path, File.ReadAllText(path).Replace("PROJECT", project, StringComparison.Ordinal));
            var request = BuildRequestFile.Read(path);
            File.Delete(path);
            // Where a request says that everything goes, everything goes.
            if (Path.IsPathRooted(request.OutputDirectory) && request.OutputDirectory != Path.Combine(project, "obj"))
            {
                return [];
            }

            OriginalsBuild.Run(request, log, cancellation);
            return log.Diagnostics;
        }

        var state = BuildState.Read(Path.Combine(project, State));
        _ = UpToDateCheck.ReasonToRun(OriginalsBuild.Request(project), state);
        var exitCode = OriginalsBuild.Run(OriginalsBuild.Request(project), log, cancellation);
        foreach (var (file, content) in Files.Where(file => file.Key.EndsWith(".onnx", StringComparison.Ordinal)))
        {
            if (exitCode != ExitCode.Passed || !File.ReadAllBytes(Path.Combine(project, file)).AsSpan().SequenceEqual(content))
            {
                throw new InvalidOperationException($"a build ended with {exitCode} and '{file}' because of an old state: {string.Join('\n', log.Diagnostics)}");
            }
        }

        return log.Diagnostics;
    }
}
