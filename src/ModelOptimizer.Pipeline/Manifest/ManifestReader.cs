using System.Text;
using ModelOptimizer.Pipeline.Manifest.Declarations.Keys;
using ModelOptimizer.Pipeline.Manifest.Yaml;
using ModelOptimizer.Tensors.Devices;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Reads a manifest, strictly.</summary>
public static class ManifestReader
{
    /// <summary>The file name of a manifest that has no other.</summary>
    public const string DefaultName = "modelopt.yaml";

    /// <summary>Reads the manifest at <paramref name="path"/> and resolves it.</summary>
    /// <param name="path">The YAML file.</param>
    /// <param name="methods">The methods that steps may name; <see cref="MethodCatalogue.All"/> by default.</param>
    /// <param name="filesMustExist">Whether a model or data file that is not there is an error; false where nothing is going to be read from them.</param>
    /// <exception cref="DiagnosticException">The first thing that is wrong (MOC1xxx), with line and column.</exception>
    public static CompressionPlan Read(string path, IReadOnlyList<IMethod>? methods = null, bool filesMustExist = true)
    {
        var file = Path.GetFullPath(path);
        var whole = new SourcePosition(file);
        var root = YamlTree.Parse(Text(file), file);
        if (root is null or ScalarNode { IsNull: true })
        {
            throw new DiagnosticException(ManifestCodes.Empty, "The manifest is empty. It starts with 'version: 1', and 'models:' says what to compress.", whole);
        }

        var section = new Section(root, "the manifest", ManifestKeys.Section);
        Version(section, whole);
        var paths = new ManifestPaths(Path.GetDirectoryName(file)!, filesMustExist);
        var seed = section.IntegerOrDefault(ManifestKeys.Seed);
        var device = Device(section.OrDefault(ManifestKeys.Device));
        var datasets = new DatasetsReader(paths).Read(section[ManifestKeys.Datasets]);
        var models = new ModelsReader(paths, new EvaluateReader(datasets, paths), new StepReader(methods ?? MethodCatalogue.All, paths), seed)
            .Read(section.Require(ManifestKeys.Models, "models: { digits: { source: digits.onnx, compress: [ … ] } }"));
        CollisionCheck.Check(models, datasets.Values, file);
        return new CompressionPlan
        {
            ManifestPath = file,
            Device = device,
            DevicePosition = section[ManifestKeys.Device]?.Position ?? whole,
            LinearAlgebra = section.ChoiceOrDefault(ManifestKeys.LinearAlgebra),
            LinearAlgebraPosition = section[ManifestKeys.LinearAlgebra]?.Position ?? whole,
            Seed = seed,
            Models = models,
            Remarks = [.. models.SelectMany(Remarks)],
        };
    }

    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        }
        catch (DecoderFallbackException exception)
        {
            throw new DiagnosticException(ManifestCodes.Malformed, "The manifest is not UTF-8 text. Save it as UTF-8.", new SourcePosition(file), exception);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DiagnosticException(ManifestCodes.Unreadable, $"There is no manifest {file}. Name the manifest, or write a first one with 'modelopt init model.onnx'.", null, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(ManifestCodes.Unreadable, $"The manifest {file} cannot be read: {exception.Message}", null, exception);
        }
    }

    private static void Version(Section section, SourcePosition whole)
    {
        var node = section[ManifestKeys.Version] ?? throw new DiagnosticException(ManifestCodes.Version, "The manifest does not say which version it is written for. Write 'version: 1' in its first line.", whole);
        var version = node.AsScalar("version", "1").Text;
        if (version != "1")
        {
            throw new DiagnosticException(ManifestCodes.Version, $"This version of ModelOptimizer.Build reads manifests of version 1; found '{version}'. Write 'version: 1', or use a newer package.", node.Position);
        }
    }

    private static string Device(Node node)
    {
        var text = node.AsText("device");
        return DeviceSelector.Knows(text)
            ? text
            : throw new DiagnosticException(ManifestCodes.UnknownName, $"There is no device '{text}'.{Suggestion.For(text, DeviceSelector.Words)} {DeviceSelector.Expected}", node.Position);
    }

    private static IEnumerable<Diagnostic> Remarks(ModelPlan model)
    {
        if (model.Gates.Count == 0)
        {
            yield return new Diagnostic(ManifestCodes.NoGates, DiagnosticSeverity.Note, $"Model '{model.Name}' has no gates: whatever compression does to it is accepted.", model.Position);
        }

        if (model.Embed is null)
        {
            yield return new Diagnostic(ManifestCodes.NoEmbed, DiagnosticSeverity.Note, $"Model '{model.Name}' has no 'embed': a build compresses it, but does not ship it.", model.Position);
        }
    }
}
