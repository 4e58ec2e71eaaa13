using System.Text;
using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Preparing;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Pipeline.Files;
using ModelOptimizer.Pipeline.Inspection;
using ModelOptimizer.Pipeline.Manifest;

namespace ModelOptimizer.Pipeline.Initialization;

/// <summary>Writes a first manifest for a model: looks at the model and the data, and says what it guessed.</summary>
internal static class Initializer
{
    // What the steps of a first manifest do.
    private const string Method = StorableWeights.Method;

    /// <summary>Looks first and writes last: nothing is written when something is wrong.</summary>
    /// <exception cref="DiagnosticException">There is a manifest already, or model, data or project cannot be read or do not fit (MOC14xx, MOC2xxx,
    /// MOC3xxx).</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static InitResult Run(InitRequest request, CancellationToken cancellation)
    {
        var manifest = Path.Combine(request.Directory, ManifestReader.DefaultIn(request.Directory));
        if (File.Exists(manifest) && !request.Force)
        {
            throw new DiagnosticException(
                InitCodes.ManifestExists,
                "There is a manifest already. Edit it, or replace it with --force.",
                new SourcePosition(manifest)
            );
        }

        var project = ProjectFile.In(request.Directory);
        var paths = new ManifestPaths(request.Directory, mustExist: true);
        var notes = new InitNotes();
        var draft = new ManifestDraft
        {
            Model = ModelName.Of(request.Model),
            Source = YamlText.Of(paths.Canonical(request.Model)),
            Size = Size(request.Model, request.Data is not null, notes),
            Accessor = ModelName.Accessor(request.Model),
            Device = request.Device,
            Data = request.Data is null ? null : Data(request, paths, notes, cancellation),
        };
        if (draft.Data is null)
        {
            notes.Check.Add(
                "There is no data: methods see random inputs, and no gate can say whether the model is still right. Give --data FILE, or declare datasets by hand (docs/data.md)."
            );
        }

        cancellation.ThrowIfCancellationRequested();
        var changes = project is null ? [] : PackageReferences.Add(project, request.Device is null ? null : DeviceSelector.PackageFor(request.Device), notes);
        Write(manifest, ManifestText.Of(draft));
        Write(Path.Combine(request.Directory, ManifestSchema.FileName), ManifestSchema.Text(MethodCatalogue.All) + "\n");
        foreach (var change in changes)
        {
            ChangedFile.Write(change.Path, change.Bytes);
            notes.Written.Add(paths.Canonical(change.Path));
        }

        return new InitResult(notes.Written, notes.Guessed, notes.Check);

        void Write(string path, string text)
        {
            ChangedFile.Write(path, Encoding.UTF8.GetBytes(text));
            notes.Written.Add(paths.Canonical(path));
        }
    }

    private static DataDraft Data(InitRequest request, ManifestPaths paths, InitNotes notes, CancellationToken cancellation)
    {
        using var engine = new Engine(DeviceSelector.Select("cpu"));
        using var stop = cancellation.Register(engine.Sessions.Stop);
        using var session = engine.CreateSession(OnnxValidator.Require(OnnxModel.Load(request.Model)));
        return new DataGuess(request, session, paths, notes).Draft();
    }

    /// <summary>The share of its size that a model of 8 bits has, and a little room, in steps of 5 %.</summary>
    /// <exception cref="DiagnosticException">Nothing gets smaller, or without data so little that no gate could tell (MOC1406).</exception>
    private static int Size(string path, bool hasData, InitNotes notes)
    {
        var model = ModelInspector.Load(path);
        var weights = StorableWeights.Find(model).DistinctBy(layer => layer.Weight).ToList();
        var ballast = model.SizeInBytes - Ballast.Strip(model).SizeInBytes;
        var (bytes, saved) = (ModelStatistics.Bytes(model), ballast + weights.Sum(layer => Math.Max(0, Saved(layer))));
        var size = (int)(Math.Ceiling((102 - (100.0 * saved / bytes)) / 5) * 5);
        if (weights.Count == 0 || (!hasData && size >= 100))
        {
            throw new DiagnosticException(
                InitCodes.NothingToCompress,
                weights.Count == 0
                    ? $"'{Method}' can compress no layer of {path}. 'modelopt layers' says why, and 'modelopt methods' lists other methods."
                    : $"With weights of 8 bits {path} would still have {100.0 * (bytes - saved) / bytes:0} % of its bytes: too little of it is weights, or "
                        + "they are small. 'modelopt layers' lists them, and 'modelopt methods' other methods.");
        }

        var share = weights.Sum(layer => (double)layer.WeightCount) / ModelStatistics.Parameters(model);
        notes.Guessed.Add($"{weights.Count} weights, which are {Math.Min(1, share) * 100:0} % of the model's numbers, can take few bits");
        return size;
    }

    // In place of the numbers: a byte each, a scale a channel, and nodes that multiply with it, which are below 300 bytes in a real model's file. Tables are
    // float16.
    private static long Saved(WeightLayer layer)
    {
        const int Nodes = 300;
        var (count, channels) = (layer.WeightCount, layer.WeightShape.DefaultIfEmpty(0).Max());
        var stored = WeightTable.IsReadBy(layer.Node) ? 2 * count : count + (4 * Math.Min(channels, count));
        return (count * (ElementTypes.Bits(layer.ElementType) ?? 8) / 8) - stored - Nodes;
    }
}

/// <summary>What was done for a first manifest, in sentences for people.</summary>
/// <param name="Written">Files that were written or changed.</param>
/// <param name="Guessed">What the files say that nobody said.</param>
/// <param name="Check">What somebody should look at.</param>
internal sealed record InitResult(IReadOnlyList<string> Written, IReadOnlyList<string> Guessed, IReadOnlyList<string> Check);

/// <summary>Names made from a model's file name.</summary>
internal static class ModelName
{
    private const string Suffix = "Model";

    /// <summary>The model's name in a manifest.</summary>
    public static string Of(string path)
    {
        var name = string.Concat(
                Path.GetFileNameWithoutExtension(path).Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '-')
            )
            .Trim('-');
        return name.Length > 0 && char.IsAsciiLetter(name[0]) ? name : $"model-{name}".TrimEnd('-');
    }

    /// <summary>The class that opens it: <c>resnet-18.onnx</c> is <c>Resnet18Model</c>.</summary>
    public static string Accessor(string path)
    {
        var words = Of(path).Split('-', '_').Where(word => word.Length > 0).Select(word => char.ToUpperInvariant(word[0]) + word[1..]);
        var name = string.Concat(words);
        return name.EndsWith(Suffix, StringComparison.Ordinal) ? name : name + Suffix;
    }
}
