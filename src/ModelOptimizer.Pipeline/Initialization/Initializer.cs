using System.Text;
using ModelOptimizer.Onnx.Proto;
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
    private const string Method = "quantize";

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
            Size = Size(ModelInspector.Inspect(request.Model, cancellation), Ballast(request.Model), notes),
            Accessor = ModelName.Accessor(request.Model),
            Device = request.Device,
            Data = request.Data is null ? null : Data(request, paths, notes, cancellation),
        };
        if (draft.Data is null)
        {
            notes.Check.Add(
                "There is no data: methods see random inputs, and only the size is a gate. Give --data FILE, or declare datasets by hand (docs/data.md)."
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

    /// <summary>8 bits for each weight of the layers that can be rounded, all of the rest of the file, and a little room, in steps of 5 %.</summary>
    private static int Size(ModelInspection model, long ballast, InitNotes notes)
    {
        var layers = model.Layers.Where(layer => layer.Methods.Contains(Method)).ToList();
        if (layers.Count == 0)
        {
            throw new DiagnosticException(
                InitCodes.NothingToCompress,
                $"'{Method}' can compress no layer of {model.Model}. 'modelopt layers' says why, and 'modelopt methods' lists other methods."
            );
        }

        var share = layers.Sum(layer => (double)layer.Parameters) / model.Parameters;
        var saved = (ballast + layers.Sum(layer => 0.87 * layer.Parameters * (Bits(layer) - 8) / 8)) / model.Bytes;
        notes.Guessed.Add($"{layers.Count} of {model.Layers.Count} layers, which have {share * 100:0} % of the weights, can take few bits");
        return (int)(Math.Ceiling(100 * (1 - saved) / 5) * 5);
    }

    private static long Ballast(string path)
    {
        var model = OnnxModel.LoadWithoutWeights(path);
        return model.SizeInBytes - Onnx.Preparing.Ballast.Strip(model).SizeInBytes;
    }

    private static int Bits(LayerInspection layer) => ElementTypes.Bits((int)Enum.Parse<TensorProto.Types.DataType>(layer.ElementType, ignoreCase: true)) ?? 8;
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
