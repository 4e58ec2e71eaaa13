using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests.Pages;

/// <summary>A project as the pages speak of it: the sample's model and data under the names that they use, with the README's manifest, compressed.</summary>
public sealed class ReadersProject : IAsyncLifetime
{
    private static readonly string[] WithCache = ["compress", "verify", "cache"];

    private readonly CommandLine _prepared = New();

    /// <summary>Makes it.</summary>
    public async Task InitializeAsync()
    {
        Write(_prepared.Folder);
        (await Invoke(_prepared, "compress")).ShouldBe(ExitCode.Passed, _prepared.Error);
    }

    /// <summary>Carries out a command in a copy of the project.</summary>
    internal async Task<(int Code, string Out, string Error)> Run(string command)
    {
        using var line = New();
        Copy(_prepared.Folder, line.Folder);
        if (command.StartsWith("init ", StringComparison.Ordinal))
        {
            // Who writes a first manifest has none.
            File.Delete(Path.Combine(line.Folder, ManifestReader.DefaultName));
        }

        if (command.Split(' ').SingleOrDefault(word => word.EndsWith("/" + ManifestReader.DefaultName, StringComparison.Ordinal)) is { } elsewhere)
        {
            Copy(_prepared.Folder, Path.Combine(line.Folder, Path.GetDirectoryName(elsewhere)!));
        }

        var code = await Invoke(line, command);
        return (code, line.Out, line.Error);
    }

    /// <inheritdoc/>
    public Task DisposeAsync()
    {
        _prepared.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Writes model and data, the README's manifest, and a project without the package.</summary>
    internal static void Write(string folder)
    {
        Take("models/digits.onnx", "models/digits.onnx", "model.onnx");
        Take("data/digits-train.npz", "data/train.npz");
        Take("data/digits-test.npz", "data/test.npz", "data/digits.npz", "test.npz", "digits.npz");
        File.WriteAllText(Path.Combine(folder, "app.csproj"), """<Project Sdk="Microsoft.NET.Sdk"></Project>""");
        File.WriteAllText(Path.Combine(folder, ManifestReader.DefaultName), PageManifests.Readme);

        void Take(string sample, params string[] names)
        {
            foreach (var name in names)
            {
                var path = Path.Combine(folder, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.Copy(Path.Combine(Repository.Root, "samples", "DigitReader", sample), path);
            }
        }
    }

    private static CommandLine New() => new() { Methods = MethodCatalogue.All, Runner = CompressionRunner.Run };

    // The cache of whoever runs the tests is not to be cleared.
    private static Task<int> Invoke(CommandLine line, string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return line.Invoke(WithCache.Contains(words[0]) ? [.. words, "--cache", ".cache"] : words);
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
