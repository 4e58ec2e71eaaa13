using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Manifest;

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
            : throw new DiagnosticException(
                KeyCodes.MissingKey,
                "'models' has no model. Write, for example, 'digits: { source: digits.onnx, compress: [ … ] }'.",
                node.Position);
    }

    private ModelPlan Model(ScalarNode name, Node node)
    {
        // The name becomes a file name in builds.
        var isName = name.Text.All(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' or '.' or ' ');
        if (!isName || name.Text.Length == 0 || name.Text.StartsWith('.'))
        {
            throw new DiagnosticException(
                KeyCodes.BadValue,
                $"A model's name has letters, digits, '-', '_', '.' and spaces only; found '{name.Text}'.",
                name.Position);
        }

        var section = new Section(node, $"model '{name.Text}'", ModelKeys.All, paths, name.Position, LaterKeys);
        var evaluate = data.Evaluate(section);
        var model = new ModelPlan
        {
            Name = name.Text,
            Position = name.Position,
            Source = section.Read(ModelKeys.Source),
            SourcePosition = section[ModelKeys.Source]!.Position,
            Output = section.Read(ModelKeys.Output),
            TimeoutSeconds = section.Read(ModelKeys.Timeout),
            CustomOps = section.Read(ModelKeys.CustomOps) ?? [],
            Initializers = section.Read(ModelKeys.Initializers),
            Strip = section.Read(ModelKeys.Strip),
            Calibrate = data.Calibrate(section),
            Evaluate = evaluate,
            Steps = [.. section.Read(ModelKeys.Compress).SelectMany(steps.Read)],
            Gates = WithConfirmation([.. (section.Read(ModelKeys.Gates) ?? []).SelectMany(gate => new GatesReader(paths).Read(gate, evaluate))], evaluate),
            WarnOutputError = section.Read(ModelKeys.WarnOutputError),
            Embed = EmbedReader.Read(section),
            Canonical = "",
        };
        if (SearchRules.Problem(model) is var (problem, position))
        {
            throw new DiagnosticException(KeyCodes.Conflict, problem, position);
        }

        if (model is { Calibrate: null, Evaluate: not { Dataset: not null } }
            && model.Gates.FirstOrDefault(gate => gate is { Metric: GateRules.OutputError, IsByCommand: false }) is { } blind)
        {
            throw new DiagnosticException(
                ManifestCodes.NotMeasurable,
                $"'{GateRules.OutputError}' needs samples to run both models on, and the model has neither 'calibrate' nor 'evaluate: {{ dataset: … }}'. "
                    + "Add, for example, 'calibrate: { random: 64 }'.",
                blind.Position);
        }

        if (evaluate?.Confirm is { } confirm && !model.Gates.Any(gate => gate.ConfirmedOn is not null))
        {
            throw new DiagnosticException(
                KeyCodes.Conflict,
                $"'confirm: {confirm.Name}' decides gates on metrics of a dataset once more, and the model has none. Add such a gate, or remove 'confirm'.",
                section.KeyPosition(ModelKeys.Evaluate.Name));
        }

        return model with { Canonical = CanonicalText.Of(model, paths, seed) };
    }

    private static IReadOnlyList<GatePlan> WithConfirmation(IReadOnlyList<GatePlan> gates, EvaluationPlan? evaluate) => evaluate?.Confirm is not { } confirm
        ? gates
        : [.. gates, .. gates.Where(GateRules.IsOnSamples).Select(gate => gate with { ConfirmedOn = confirm.Name })];
}

/// <summary>The keys of an entry of <c>models:</c>.</summary>
internal static class ModelKeys
{
    public static KeySet All { get; } = new();

    public static readonly Option<string> Source = All.Add<string>(new(
        "source",
        Forms.File("path of an ONNX file"),
        "The model to compress, relative to the manifest.")
    {
        IsRequired = true,
        Example = "models/digits.onnx",
    });

    public static readonly Option<string?> Output = All.Add<string?>(new(
        "output",
        Forms.Path("path").OrNone(),
        "Where modelopt compress writes the result; absent, SOURCE.compressed.onnx beside the source. A build chooses the place itself."));

    public static readonly Option<Section?> Calibrate = All.Add<Section?>(new(
        "calibrate",
        Forms.Section(CalibrateKeys.All, "mapping, see calibrate").OrNone(),
        "The samples that methods look at. Never those that gates are decided on."));

    public static readonly Option<Section?> Evaluate = All.Add<Section?>(new(
        "evaluate",
        Forms.Section(EvaluateKeys.All, "mapping, see evaluate").OrNone(),
        "What original and compressed model are measured on."));

    public static readonly Option<IReadOnlyList<Node>> Compress = All.Add<IReadOnlyList<Node>>(new(
        "compress",
        Forms.List(Forms.Defined("step"), "list of steps", "'- method: tucker'", "has no step. Write, for example, '- method: tucker'.", KeyCodes.MissingKey),
        "What is done to the model, in this order.")
    {
        IsRequired = true,
        Example = "[ { method: tucker, budget: { size: 40% } } ]",
    });

    public static readonly Option<IReadOnlyList<Node>?> Gates = All.Add<IReadOnlyList<Node>?>(new(
        "gates",
        Forms.List(Forms.Defined("gate"), "list of gates", $"'{GatesReader.Example}'", null).OrNone(),
        "What must hold. A gate that does not is an error of the build."));

    public static readonly Option<double> WarnOutputError = All.Add<double>(new(
        "warn-output-error",
        Forms.Number(0),
        "A run warns when the relative error ‖y − ŷ‖ / ‖y‖ of an output is larger.",
        "0.3"));

    public static readonly Option<int?> Timeout = All.Add<int?>(new(
        "timeout",
        Forms.Whole(1, 1_000_000).OrNone(),
        "Seconds that ONNX Runtime may take to load the model, or for one run of it on a batch, before it is ended; absent, a minute (ten on a device "
        + "that is not the CPU) and 10 seconds more for each megabyte of the model and of the batch."));

    public static readonly Option<IReadOnlyList<string>?> CustomOps = All.Add<IReadOnlyList<string>?>(new(
        "custom-ops",
        Forms.List(Forms.File("path of a shared library"), "list of paths", "[libops.so]", null).OrNone(),
        "Libraries that register operators which ONNX Runtime does not have, with every session on this model. The application registers them itself."));

    public static readonly Option<InitializerUse> Initializers = All.Add<InitializerUse>(new(
        "initializers",
        Forms.OneOf<InitializerUse>(),
        "What initializers are that the graph has among its inputs too: constants, which are no inputs any more; or inputs, so that callers may go on to give "
        + "other numbers, and none of them is changed or folded.",
        "constants"));

    public static readonly Option<bool> Strip = All.Add<bool>(new(
        "strip",
        Forms.Flag,
        "Whether what is neither weight nor structure goes before the first step: texts about nodes and tensors, shapes that follow from the inputs', "
        + "constants that nothing reads, integer constants that are there twice. The model's description and metadata stay.",
        "true"));

    public static readonly Option<Section?> Embed = All.Add<Section?>(new(
        "embed",
        Forms.Section(EmbedReader.Keys, "mapping, see embed").OrNone(),
        "How a build ships the compressed model."));
}
