using ModelOptimizer.Pipeline.Manifest.Declarations.Keys;
using ModelOptimizer.Pipeline.Manifest.Yaml;
using ModelOptimizer.Pipeline.Search;

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
            : throw new DiagnosticException(ManifestCodes.MissingKey, "'models' has no model. Write, for example, 'digits: { source: digits.onnx, compress: [ … ] }'.", node.Position);
    }

    private ModelPlan Model(ScalarNode name, Node node)
    {
        // The name becomes a file name in builds.
        if (name.Text.Length == 0 || name.Text.StartsWith('.') || name.Text.Any(letter => !char.IsLetterOrDigit(letter) && letter is not ('-' or '_' or '.' or ' ')))
        {
            throw new DiagnosticException(ManifestCodes.BadValue, $"A model's name has letters, digits, '-', '_', '.' and spaces only; found '{name.Text}'.", name.Position);
        }

        var section = new Section(node, $"model '{name.Text}'", ModelKeys.Section, LaterKeys);
        var source = section.Require(ModelKeys.Source, "source: models/digits.onnx", name.Position);
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
            Steps = Steps(section.Require(ModelKeys.Compress, "compress: [ { method: tucker, budget: { size: 40% } } ]", name.Position)),
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
