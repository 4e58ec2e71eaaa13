using System.Text;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Reads a manifest, strictly.</summary>
internal static class ManifestReader
{
    /// <summary>The file name of a manifest that has no other.</summary>
    public const string DefaultName = "modelopt.yaml";

    /// <summary>The manifest of a folder: <see cref="DefaultName"/>, or <c>modelopt.yml</c> where there is only that.</summary>
    public static string DefaultIn(string folder)
    {
        var other = Path.ChangeExtension(DefaultName, ".yml");
        return !File.Exists(Path.Combine(folder, DefaultName)) && File.Exists(Path.Combine(folder, other)) ? other : DefaultName;
    }

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
            throw new DiagnosticException(
                ManifestCodes.Empty,
                "The manifest is empty. It starts with 'version: 1', and 'models:' says what to compress.",
                whole);
        }

        RequireVersion(root, whole);
        var paths = new ManifestPaths(Path.GetDirectoryName(file)!, filesMustExist);
        var section = new Section(root, "the manifest", ManifestKeys.All, paths);
        var seed = section.Read(ManifestKeys.Seed);
        var device = section.Read(ManifestKeys.Device);
        var datasets = new DatasetsReader(paths).Read(section.Read(ManifestKeys.Datasets));
        var models = new ModelsReader(paths, new EvaluateReader(datasets, paths), new StepReader(methods ?? MethodCatalogue.All, paths), seed)
            .Read(section.Read(ManifestKeys.Models));
        var plan = new CompressionPlan
        {
            ManifestPath = file,
            Device = device,
            DevicePosition = section[ManifestKeys.Device]?.Position ?? whole,
            LinearAlgebra = section.Read(ManifestKeys.LinearAlgebra),
            LinearAlgebraPosition = section[ManifestKeys.LinearAlgebra]?.Position ?? whole,
            Seed = seed,
            Memory = (long?)section.Read(ManifestKeys.Memory)?.Value,
            Models = models,
            Reads =
            [
                file,
                .. models.Select(model => model.Source),
                .. models.SelectMany(model => model.CustomOps),
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
            return Disk.ReadAllText(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        }
        catch (DecoderFallbackException exception)
        {
            throw new DiagnosticException(ManifestCodes.Malformed, "The manifest is not UTF-8 text. Save it as UTF-8.", new SourcePosition(file), exception);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DiagnosticException(
                ManifestCodes.Unreadable,
                $"There is no manifest {file}. Name the manifest, or write a first one with 'modelopt init model.onnx'.",
                null,
                exception);
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
            ?? throw new DiagnosticException(
                ManifestCodes.Version,
                "The manifest does not say which version it is written for. Write 'version: 1' in its first line.",
                whole);
        var version = node.AsScalar("version", "1").Text;
        if (version != "1")
        {
            throw new DiagnosticException(
                ManifestCodes.Version,
                $"This version of ModelOptimizer.Build reads manifests of version 1; found '{version}'. Write 'version: 1', or use a newer package.",
                node.Position);
        }
    }

    private static IEnumerable<Diagnostic> Remarks(ModelPlan model)
    {
        Diagnostic Remark(string code, string text) => new(code, DiagnosticSeverity.Note, text, model.Position);
        if (model.Gates.Count == 0)
        {
            yield return Remark(ManifestCodes.NoGates, $"Model '{model.Name}' has no gates: whatever compression does to it is accepted.");
        }

        if (model.Embed is null)
        {
            yield return Remark(ManifestCodes.NoEmbed, $"Model '{model.Name}' has no 'embed': a build compresses it, but does not ship it.");
        }
    }
}

/// <summary>The keys of the top level.</summary>
internal static class ManifestKeys
{
    private static readonly string Indexed = $"^(({string.Join('|', DeviceSelector.Words.Except(["auto", "cpu"]))}):\\d{{1,3}}|plugin:.+)$";

    public static KeySet All { get; } = new();

    public static readonly Option<string> Version = All.Add<string>(new(
        "version",
        Forms.Word(["1"]),
        "The version of the manifest's format.")
    {
        IsRequired = true,
    });

    public static readonly Option<string> Device = All.Add<string>(new(
        "device",
        new(
            $"{string.Join(" | ", DeviceSelector.Words)}, one of several such as cuda:1, or plugin:NAME",
            () => Json.AnyOf(Json.Words(DeviceSelector.Words), Json.Pattern(Indexed)),
            (node, what, _) => node.AsText(what) is var text && DeviceSelector.Knows(text)
                ? text
                : throw new DiagnosticException(
                    ManifestCodes.UnknownName,
                    $"There is no device '{text}'.{Suggestion.For(text, DeviceSelector.Words)} {DeviceSelector.Expected}",
                    node.Position)),
        "What computes. auto takes the first that starts; a device asked for by name that does not start is an error.",
        "auto"));

    public static readonly Option<string> LinearAlgebra = All.Add<string>(new(
        "linear-algebra",
        Forms.Word(LinearAlgebraBackends.Words),
        "What decomposes and solves matrices. torchsharp needs the package ModelOptimizer.TorchSharp.",
        LinearAlgebraWord.BuiltIn));

    public static readonly Option<int> Seed = All.Add<int>(new(
        "seed",
        Forms.Whole(0),
        "Where all random numbers start: the samples that are drawn, the parts of a split, random inputs. The same seed gives the same model.",
        "1"));

    public static readonly Option<Quantity?> Memory = All.Add<Quantity?>(new(
        "memory",
        Forms.Quantity(QuantityForm.Bytes).OrNone(),
        "What a run may take; absent, half of the machine's memory. What it keeps goes to temporary files where that is too little, and a step that cannot be "
        + "done in it is an error before it starts. The same model comes out."));

    public static readonly Option<Node?> Datasets = All.Add<Node?>(new(
        "datasets",
        Forms.Map(Forms.Section(DatasetKeys.All, "dataset"), "map from name to dataset", 0).OrNone(),
        "Where the samples are, under names of your choice."));

    public static readonly Option<Node> Models = All.Add<Node>(new(
        "models",
        Forms.Map(Forms.Section(ModelKeys.All, "model"), "map from name to model"),
        "What is compressed, under names of your choice: letters, digits, '-', '_', '.' and spaces.")
    {
        IsRequired = true,
        Example = "{ digits: { source: digits.onnx, compress: [ … ] } }",
    });
}
