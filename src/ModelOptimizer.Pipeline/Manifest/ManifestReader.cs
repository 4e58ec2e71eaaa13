using System.Text;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Tensors.Devices;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Reads a manifest, strictly.</summary>
internal static class ManifestReader
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

        RequireVersion(root, whole);
        var section = new Section(root, "the manifest", ManifestKeys.Section);
        var paths = new ManifestPaths(Path.GetDirectoryName(file)!, filesMustExist);
        var seed = section.IntegerOrDefault(ManifestKeys.Seed);
        var device = Device(section.OrDefault(ManifestKeys.Device));
        var datasets = new DatasetsReader(paths).Read(section[ManifestKeys.Datasets]);
        var models = new ModelsReader(paths, new EvaluateReader(datasets, paths), new StepReader(methods ?? MethodCatalogue.All, paths), seed)
            .Read(section.Required(ManifestKeys.Models));
        var plan = new CompressionPlan
        {
            ManifestPath = file,
            Device = device,
            DevicePosition = section[ManifestKeys.Device]?.Position ?? whole,
            LinearAlgebra = section.ChoiceOrDefault(ManifestKeys.LinearAlgebra),
            LinearAlgebraPosition = section[ManifestKeys.LinearAlgebra]?.Position ?? whole,
            Seed = seed,
            Models = models,
            Reads =
            [
                file,
                .. models.Select(model => model.Source),
                .. models.SelectMany(model => model.Steps).Select(step => step.Student).OfType<string>(),
                .. datasets.Values.SelectMany(dataset => dataset.Files),
            ],
            Remarks = [.. models.SelectMany(Remarks)],
        };
        return Collisions.Find([plan]).FirstOrDefault() is { } collision ? throw new DiagnosticException(collision) : plan;
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

    /// <summary>A manifest of another version may have other keys: its version is looked at before them.</summary>
    private static void RequireVersion(Node root, SourcePosition whole)
    {
        var node = root.AsMap("the manifest").Entries.FirstOrDefault(entry => entry.Key.Text == ManifestKeys.Version.Name).Value
            ?? throw new DiagnosticException(ManifestCodes.Version, "The manifest does not say which version it is written for. Write 'version: 1' in its first line.", whole);
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

/// <summary>Reads <c>models:</c>.</summary>
internal sealed class ModelsReader(ManifestPaths paths, EvaluateReader data, StepReader steps, int seed)
{
    private static readonly Dictionary<string, string> LaterKeys = new(StringComparer.Ordinal)
    {
        ["command"] = "It belongs to 'evaluate': evaluate: { command: [python, eval.py] }.",
    };

    public IReadOnlyList<ModelPlan> Read(Node node)
    {
        var entries = node.AsMap("'models'").Entries;
        return entries.Count > 0
            ? [.. entries.Select(entry => Model(entry.Key, entry.Value))]
            : throw new DiagnosticException(ManifestCodes.MissingKey, "'models' has no model. Write, for example, 'digits: { source: digits.onnx, compress: [ … ] }'.", node.Position);
    }

    private ModelPlan Model(ScalarNode name, Node node)
    {
        // The name becomes a file name in builds.
        if (name.Text.Length == 0 || name.Text.StartsWith('.') || name.Text.Any(letter => !char.IsLetterOrDigit(letter) && letter is not ('-' or '_' or '.' or ' ')))
        {
            throw new DiagnosticException(ManifestCodes.BadValue, $"A model's name has letters, digits, '-', '_', '.' and spaces only; found '{name.Text}'.", name.Position);
        }

        var section = new Section(node, $"model '{name.Text}'", ModelKeys.Section, name.Position, LaterKeys);
        var source = section.Required(ModelKeys.Source);
        var evaluate = data.Evaluate(section);
        var model = new ModelPlan
        {
            Name = name.Text,
            Position = name.Position,
            Source = paths.Existing(source, "source"),
            SourcePosition = source.Position,
            Output = section[ModelKeys.Output] is { } output ? paths.Resolve(output, "output") : null,
            Calibrate = data.Calibrate(section),
            Evaluate = evaluate,
            Steps = Steps(section.Required(ModelKeys.Compress)),
            Gates = GatesReader.Read(section[ModelKeys.Gates], evaluate),
            Embed = EmbedReader.Read(section),
            Canonical = "",
        };
        if (SearchRules.Problem(model) is var (problem, position))
        {
            throw new DiagnosticException(ManifestCodes.Conflict, problem, position);
        }

        return model with { Canonical = CanonicalText.Of(model, paths, seed) };
    }

    private List<StepPlan> Steps(Node node)
    {
        const string Example = "- method: tucker";
        var items = node.AsList("compress", $"'{Example}'").Items;
        return items.Count > 0
            ? [.. items.Select(steps.Read)]
            : throw new DiagnosticException(ManifestCodes.MissingKey, $"'compress' has no step. Write, for example, '{Example}'.", node.Position);
    }
}
