namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Reads <c>calibrate:</c> and <c>evaluate:</c>.</summary>
internal sealed class EvaluateReader(IReadOnlyDictionary<string, DatasetPlan> datasets, ManifestPaths paths)
{
    public CalibrationPlan? Calibrate(Section model)
    {
        if (model[ModelKeys.Calibrate] is not { } node)
        {
            return null;
        }

        var at = model.KeyPosition(ModelKeys.Calibrate);
        var section = new Section(node, "'calibrate'", CalibrateKeys.Section, at);
        return section.Integer(CalibrateKeys.Random) is { } random
            ? new CalibrationPlan(null, random, at)
            : new CalibrationPlan(Find(section.Required(CalibrateKeys.Dataset)), section.Integer(CalibrateKeys.Samples), at);
    }

    public EvaluationPlan? Evaluate(Section model)
    {
        if (model[ModelKeys.Evaluate] is not { } node)
        {
            return null;
        }

        var section = new Section(node, "'evaluate'", EvaluateKeys.Section, model.KeyPosition(ModelKeys.Evaluate));
        var command = section[EvaluateKeys.Command] is { } words ? new CommandReader(paths).Read(words, section) : null;
        if (section[EvaluateKeys.Dataset] is not { } name)
        {
            return new EvaluationPlan(null, [], null, null) { Command = command };
        }

        var dataset = Find(name);
        var metrics = section[EvaluateKeys.Metrics] is { } list ? Metrics(list, dataset) : [];
        return new EvaluationPlan(dataset, metrics, section.Integer(EvaluateKeys.Samples), section[EvaluateKeys.Output]?.AsText("output")) { Command = command };
    }

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

/// <summary>Reads <c>command:</c> and the keys that belong to it.</summary>
internal sealed class CommandReader(ManifestPaths paths)
{
    private const string Example = "[python, eval.py]";

    public CommandPlan Read(Node node, Section section)
    {
        var words = Words(node);
        return new CommandPlan
        {
            Words = words,
            Directory = paths.Directory,
            TimeoutSeconds = section.IntegerOrDefault(EvaluateKeys.Timeout),
            Files =
            [
                .. words.Where(IsFileOfTheProject).Select(word => Path.GetFullPath(word, paths.Directory))
                    .Concat(section[EvaluateKeys.Files]?.AsList("files", "[eval.py]").Items.Select(file => paths.Existing(file, "files")) ?? [])
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal),
            ],
        };
    }

    /// <summary>A single word is a program without arguments: nothing is split, since no shell takes part.</summary>
    private static List<string> Words(Node node)
    {
        if (node is not ListNode list)
        {
            var program = node.AsScalar("command", $"a program, or a list of a program and its arguments such as {Example}").Text;
            return program.Any(char.IsWhiteSpace)
                ? throw new DiagnosticException(ManifestCodes.WrongType, $"'command' expects a list of a program and its arguments such as {Example}, which no shell splits; found '{program}'.", node.Position)
                : [Program(node, program)];
        }

        var words = list.Items.Select(item => item.AsScalar("command", "words").Text).ToList();
        return words.Count == 0
            ? throw new DiagnosticException(ManifestCodes.MissingKey, $"'command' has no program. Write, for example, 'command: {Example}'.", node.Position)
            : [Program(list.Items[0], words[0]), .. words.Skip(1)];
    }

    private static string Program(Node node, string text) => string.IsNullOrWhiteSpace(text)
        ? throw new DiagnosticException(ManifestCodes.BadValue, "'command' is empty.", node.Position)
        : text;

    /// <summary>The script is an input of the build like the data. Programs of the machine, which differ from one to the next, are not.</summary>
    private bool IsFileOfTheProject(string word) =>
        word.Length > 0 && !Path.IsPathRooted(word) && File.Exists(Path.Combine(paths.Directory, word));
}
