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

        var section = new Section(node, "'calibrate'", CalibrateKeys.Section);
        if (section.Integer(CalibrateKeys.Random) is { } random)
        {
            var other = new[] { CalibrateKeys.Dataset, CalibrateKeys.Samples }.FirstOrDefault(key => section[key] is not null);
            return other is null
                ? new CalibrationPlan(null, random, model.KeyPosition(ModelKeys.Calibrate))
                : throw new DiagnosticException(ManifestCodes.Conflict, $"'random' and '{other.Name}' exclude each other: 'random: N' makes N inputs itself. Remove one of them.", section.KeyPosition(other));
        }

        var dataset = Find(section.Require(CalibrateKeys.Dataset, "dataset: NAME", model.KeyPosition(ModelKeys.Calibrate)));
        return new CalibrationPlan(dataset, section.Integer(CalibrateKeys.Samples), model.KeyPosition(ModelKeys.Calibrate));
    }

    public EvaluationPlan? Evaluate(Section model)
    {
        if (model[ModelKeys.Evaluate] is not { } node)
        {
            return null;
        }

        var section = new Section(node, "'evaluate'", EvaluateKeys.Section);
        Belong(section, EvaluateKeys.Command, "Add 'command: [python, eval.py]', or remove it.");
        var command = section[EvaluateKeys.Command] is { } words ? new CommandReader(paths).Read(words, section) : null;
        if (command is not null && section[EvaluateKeys.Dataset] is null)
        {
            Belong(section, EvaluateKeys.Dataset, "Add 'dataset: NAME', or remove it; what a command prints is reported by itself.");
            return new EvaluationPlan(null, [], null, null) { Command = command };
        }

        var dataset = Find(section.Require(EvaluateKeys.Dataset, "dataset: NAME", model.KeyPosition(ModelKeys.Evaluate)));
        var metrics = section[EvaluateKeys.Metrics] is { } list ? Metrics(list, dataset) : [];
        return new EvaluationPlan(dataset, metrics, section.Integer(EvaluateKeys.Samples), section[EvaluateKeys.Output]?.AsText("output")) { Command = command };
    }

    /// <summary>Refuses keys that mean nothing without another one.</summary>
    private static void Belong(Section section, KeyDeclaration to, string advice)
    {
        if (section[to] is null && EvaluateKeys.Section.Keys.FirstOrDefault(key => key.Needs.Contains(to.Name) && section[key] is not null) is { } key)
        {
            throw new DiagnosticException(ManifestCodes.Conflict, $"'{key.Name}' has no meaning without '{to.Name}'. {advice}", section.KeyPosition(key));
        }
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
