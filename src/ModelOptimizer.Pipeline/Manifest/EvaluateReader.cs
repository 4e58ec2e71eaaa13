namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Reads <c>calibrate:</c> and <c>evaluate:</c>.</summary>
internal sealed class EvaluateReader(IReadOnlyDictionary<string, DatasetPlan> datasets, ManifestPaths paths)
{
    public CalibrationPlan? Calibrate(Section model)
    {
        if (model.Inner(ModelKeys.Calibrate, CalibrateKeys.All) is not { } section)
        {
            return null;
        }

        var random = section.Read(CalibrateKeys.Random);
        return new CalibrationPlan(
            Find(section, CalibrateKeys.Dataset),
            section.Read(CalibrateKeys.Samples) ?? random?.Samples,
            model.KeyPosition(ModelKeys.Calibrate.Name))
        {
            Random = random,
        };
    }

    public EvaluationPlan? Evaluate(Section model)
    {
        if (model.Inner(ModelKeys.Evaluate, EvaluateKeys.All) is not { } section)
        {
            return null;
        }

        var command = section.Read(EvaluateKeys.Command) is { } words ? Command(words, section) : null;
        var dataset = Find(section, EvaluateKeys.Dataset);
        var metrics = dataset is null ? [] : Metrics(section.Read(EvaluateKeys.Metrics) ?? [], dataset);
        var confirm = Find(section, EvaluateKeys.Confirm);
        return confirm is not null && confirm.Name == dataset?.Name
            ? throw new DiagnosticException(
                KeyCodes.Conflict,
                $"'confirm' is '{confirm.Name}', on which the gates are decided already. Name a dataset, or a part of one, with other samples.",
                section[EvaluateKeys.Confirm]!.Position)
            : new EvaluationPlan(dataset, metrics, section.Read(EvaluateKeys.Samples), section.Read(EvaluateKeys.Output))
            {
                Command = command,
                Confirm = confirm,
            };
    }

    private CommandPlan Command(IReadOnlyList<string> words, Section section) => new()
    {
        Words = words,
        Directory = paths.Directory,
        TimeoutSeconds = section.Read(EvaluateKeys.Timeout),
        Files =
        [
            .. words.Where(IsFileOfTheProject).Select(word => Path.GetFullPath(word, paths.Directory))
                .Concat(section.Read(EvaluateKeys.Files) ?? [])
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ],
    };

    /// <summary>The script is an input of the build like the data. Programs of the machine, which differ from one to the next, are not.</summary>
    private bool IsFileOfTheProject(string word) =>
        word.Length > 0 && !Path.IsPathRooted(word) && File.Exists(Path.Combine(paths.Directory, word));

    private static List<string> Metrics(IReadOnlyList<Node> items, DatasetPlan dataset)
    {
        var names = new List<string>();
        foreach (var item in items)
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

    private DatasetPlan? Find(Section section, Option<string?> key)
    {
        if (section.Read(key) is not { } name)
        {
            return null;
        }

        if (datasets.TryGetValue(name, out var found))
        {
            return found;
        }

        var there = datasets.Count == 0 ? "The manifest has no 'datasets'." : $"Datasets: {string.Join(", ", datasets.Keys)}.";
        throw new DiagnosticException(
            ManifestCodes.UnknownName,
            $"There is no dataset '{name}'.{Suggestion.For(name, datasets.Keys)} {there}",
            section[key]!.Position);
    }
}

/// <summary>The keys of <c>calibrate:</c>.</summary>
internal static class CalibrateKeys
{
    public static KeySet All { get; } = new() { NeedsOneOf = ["dataset", "random"] };

    public static readonly Option<string?> Dataset = All.Add<string?>(new(
        "dataset",
        Forms.Text("name of a dataset").OrNone(),
        "The dataset, or a part of one such as digits/train.")
    {
        ExclusiveGroup = "data",
        Example = "NAME",
    });

    public static readonly Option<int?> Samples = All.Add<int?>(new(
        "samples",
        Forms.Whole(1).OrNone(),
        "How many samples are drawn; absent, all.")
    {
        Needs = ["dataset"],
    });

    public static readonly Option<RandomPlan?> Random = All.Add<RandomPlan?>(new(
        "random",
        RandomPlan.Form.OrNone(),
        "Instead of a dataset: that many random inputs. For models without data; what depends on the data, such as ranks, is then poorer.")
    {
        ExclusiveGroup = "data",
        Example = "64",
    });
}

/// <summary>The keys of <c>evaluate:</c>.</summary>
internal static class EvaluateKeys
{
    private const string Example = "[python, eval.py]";
    private static readonly string[] OfDataset = ["dataset"];
    private static readonly string[] OfCommand = ["command"];

    public static KeySet All { get; } = new() { NeedsOneOf = ["dataset", "command"] };

    public static readonly Option<string?> Dataset = All.Add<string?>(new(
        "dataset",
        Forms.Text("name of a dataset").OrNone(),
        "The samples that metrics and gates are measured on: a dataset, or a part of one such as digits/test.")
    {
        Example = "NAME",
    });

    public static readonly Option<IReadOnlyList<Node>?> Metrics = All.Add(new Option<IReadOnlyList<Node>?>(
        "metrics",
        Forms.List(MetricNames.Listed, "list of metrics", "[top1]", null).OrNone(),
        "What is measured and reported besides what the gates need.")
    {
        Needs = OfDataset,
    });

    public static readonly Option<int?> Samples = All.Add<int?>(new(
        "samples",
        Forms.Whole(1).OrNone(),
        "How many samples are drawn; absent, all.")
    {
        Needs = OfDataset,
    });

    public static readonly Option<string?> Confirm = All.Add<string?>(new(
        "confirm",
        Forms.Text("name of a dataset").OrNone(),
        "A second dataset with samples of its own, for the last word: when everything else is decided, the gates on metrics are decided on it too, once.")
    {
        Needs = OfDataset,
        Example = "NAME",
    });

    public static readonly Option<string?> Output = All.Add<string?>(new(
        "output",
        Forms.Text("name of a model output").OrNone(),
        "The output that metrics look at; absent, the first.")
    {
        Needs = OfDataset,
    });

    public static readonly Option<IReadOnlyList<string>?> Command = All.Add(new Option<IReadOnlyList<string>?>(
        "command",
        new(
            "program, or list of a program and its arguments",
            () => Json.AnyOf(Forms.Text("program").Schema(), Forms.List(Forms.Text("word"), "words", Example, "").Schema()),
            (node, _, _) => Words(node)),
        "Your own evaluator, run in the manifest's folder once for each model; gates can be on any number that it prints. '{model}' stands for the model's "
        + "path, which is the last argument otherwise.")
    {
        Example = Example,
    });

    public static readonly Option<int> Timeout = All.Add<int>(new(
        "timeout",
        Forms.Whole(1, 1_000_000),
        "Seconds that the command may take for one model.",
        "600")
    {
        Needs = OfCommand,
    });

    public static readonly Option<IReadOnlyList<string>?> Files = All.Add(new Option<IReadOnlyList<string>?>(
        "files",
        Forms.List(Forms.File("path"), "list of paths", "[eval.py]", null).OrNone(),
        "Files that the command's numbers depend on; files of the project among its arguments are known already.")
    {
        Needs = OfCommand,
    });

    /// <summary>A single word is a program without arguments: nothing is split, since no shell takes part.</summary>
    private static List<string> Words(Node node)
    {
        if (node is not ListNode list)
        {
            var program = node.AsScalar("command", $"a program, or a list of a program and its arguments such as {Example}").Text;
            return program.Any(char.IsWhiteSpace)
                ? throw NodeValues.WrongType(node, "command", $"a list of a program and its arguments such as {Example}, which no shell splits")
                : [Program(node, program)];
        }

        var words = list.Items.Select(item => item.AsScalar("command", "words").Text).ToList();
        return words.Count == 0
            ? throw new DiagnosticException(KeyCodes.MissingKey, $"'command' has no program. Write, for example, 'command: {Example}'.", node.Position)
            : [Program(list.Items[0], words[0]), .. words.Skip(1)];
    }

    private static string Program(Node node, string text) => string.IsNullOrWhiteSpace(text) ? throw NodeValues.Bad(node, "'command' is empty.") : text;
}
