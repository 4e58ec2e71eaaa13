using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Manifest.Yaml;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Reads <c>calibrate:</c> and <c>evaluate:</c>.</summary>
internal sealed class EvaluateReader(IReadOnlyDictionary<string, DatasetPlan> datasets, ManifestPaths paths)
{
    private static readonly string[] OfDataset = ["metrics", "samples", "output"];
    private static readonly string[] OfCommand = ["timeout", "files"];

    public CalibrationPlan? Calibrate(Section model)
    {
        if (model["calibrate"] is not { } node)
        {
            return null;
        }

        var section = new Section(node, "'calibrate'", ["dataset", "samples", "random"]);
        if (section["random"] is { } random)
        {
            var other = section["dataset"] is not null ? "dataset" : section["samples"] is not null ? "samples" : null;
            return other is null
                ? new CalibrationPlan(null, random.AsInteger("random", 1), model.KeyPosition("calibrate"))
                : throw new DiagnosticException(ManifestCodes.Conflict, $"'random' and '{other}' exclude each other: 'random: N' makes N inputs itself. Remove one of them.", section.KeyPosition(other));
        }

        var dataset = Find(section.Require("dataset", "dataset: NAME", model.KeyPosition("calibrate")));
        return new CalibrationPlan(dataset, Samples(section), model.KeyPosition("calibrate"));
    }

    public EvaluationPlan? Evaluate(Section model)
    {
        if (model["evaluate"] is not { } node)
        {
            return null;
        }

        var section = new Section(node, "'evaluate'", ["dataset", .. OfDataset, "command", .. OfCommand]);
        Belong(section, "command", OfCommand, "Add 'command: [python, eval.py]', or remove it.");
        var command = section["command"] is { } words ? new CommandReader(paths).Read(words, section) : null;
        if (command is not null && section["dataset"] is null)
        {
            Belong(section, "dataset", OfDataset, "Add 'dataset: NAME', or remove it; what a command prints is reported by itself.");
            return new EvaluationPlan(null, [], null, null, model.KeyPosition("evaluate")) { Command = command };
        }

        var dataset = Find(section.Require("dataset", "dataset: NAME", model.KeyPosition("evaluate")));
        var metrics = section["metrics"] is { } list ? Metrics(list, dataset) : [];
        return new EvaluationPlan(dataset, metrics, Samples(section), section["output"]?.AsText("output"), model.KeyPosition("evaluate")) { Command = command };
    }

    /// <summary>Refuses keys that mean nothing without another one.</summary>
    private static void Belong(Section section, string to, string[] keys, string advice)
    {
        if (section[to] is null && keys.FirstOrDefault(key => section[key] is not null) is { } key)
        {
            throw new DiagnosticException(ManifestCodes.Conflict, $"'{key}' has no meaning without '{to}'. {advice}", section.KeyPosition(key));
        }
    }

    private static int? Samples(Section section) => section["samples"]?.AsInteger("samples", 1);

    private static List<string> Metrics(Node node, DatasetPlan dataset)
    {
        var names = new List<string>();
        foreach (var item in node.AsList("metrics", "[top1]").Items)
        {
            var name = item.AsScalar("metrics", "names of metrics such as top1");
            var metric = MetricNames.Metric(name);
            MetricNames.NeedLabels(metric, name, dataset);
            if (names.Contains(metric.Name))
            {
                throw new DiagnosticException(ManifestCodes.Duplicate, $"The metric '{metric.Name}' is listed twice. Remove one of them.", name.Position);
            }

            names.Add(metric.Name);
        }

        return names;
    }

    private DatasetPlan Find(Node node)
    {
        var name = node.AsText("dataset");
        if (datasets.TryGetValue(name, out var found))
        {
            return found;
        }

        var there = datasets.Count == 0 ? "The manifest has no 'datasets'." : $"Datasets: {string.Join(", ", datasets.Keys)}.";
        throw new DiagnosticException(ManifestCodes.UnknownName, $"There is no dataset '{name}'.{Suggestion.For(name, datasets.Keys)} {there}", node.Position);
    }
}
