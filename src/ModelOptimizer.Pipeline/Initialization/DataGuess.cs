using System.Globalization;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Metrics;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Pipeline.Initialization;

/// <summary>Guesses how a data file feeds a model, and says so.</summary>
internal sealed class DataGuess(InitRequest request, ModelSession session, ManifestPaths paths, InitNotes notes)
{
    private const int EnoughForCalibration = 512;
    private const int FewForGates = 500;

    private static readonly int Seed = ManifestKeys.Seed.Absent;

    private readonly OriginalTrial _trial = new(session, Seed);

    public DataDraft Draft()
    {
        var path = request.Data!;
        var (arrays, labels) = DataLook.Of(path, request.Labels, request.Directory);
        var match = ArrayMatch.Of(session.Inputs, arrays, path);
        foreach (var (input, array) in match.Inputs)
        {
            notes.Guessed.Add($"the model input '{input}' takes {Called(array)}");
        }

        var dataset = Plan(path, match, labels);
        var count = new DatasetArrays(dataset).Count;
        var calibration = count / 5 >= EnoughForCalibration ? 20 : 50;
        var samples = Math.Min(EnoughForCalibration, count * calibration / 100) / _trial.Batch * _trial.Batch;
        var test = count - (count * calibration / 100);
        if (samples == 0 || test <= _trial.Batch)
        {
            throw new DiagnosticException(
                DataCodes.TooFewSamples,
                $"{path} has too few samples to give some to the methods and others to the gates: {count}, and the model takes {_trial.Batch} at once. Give a "
                    + "file with more, or run init without --data."
            );
        }

        var first = match.Inputs.First().Value;
        var choices = PreprocessChoice.For(first, match.Layout, session.Inputs);
        var (choice, metric, measured) = Measure(choices, dataset, labels);
        if (test < FewForGates)
        {
            notes.Check.Add($"{test} samples are left for the gates, which may be too few to decide them: docs/gates.md says what 'undecided' means.");
        }

        return new DataDraft
        {
            Path = dataset.Path is null ? null : YamlText.Of(paths.Canonical(path)),
            Inputs = [.. match.Inputs.Select(input => (YamlText.Of(input.Key), Written(input.Value, dataset)))],
            Labels = labels is null ? null : Written(labels, dataset),
            Preprocess = choice.Mapping,
            Measured = measured,
            Calibration = calibration,
            Samples = samples,
            TestSamples = _trial.Batch > 1 ? (test - 1) / _trial.Batch * _trial.Batch : null,
            Metric = metric,
        };
    }

    private (PreprocessChoice Choice, string Metric, string? Measured) Measure(IReadOnlyList<PreprocessChoice> choices, DatasetPlan dataset, DataArray? labels)
    {
        var likely = choices[0];
        var shape = _trial.OutputShape(dataset with { Preprocess = likely.Plan });
        var scores = shape is [_, > 1];
        var withoutLabels = scores ? "agreement" : "cosine";
        if (labels is null)
        {
            notes.Check.Add(
                $"There are no labels: the gate on '{withoutLabels}' compares with the original's answers. Give --labels NAME to measure which are right."
            );
            return (Unmeasured(likely), withoutLabels, null);
        }

        notes.Guessed.Add($"{Called(labels)} has the labels");
        if (!labels.IsWhole || !labels.IsSingle || !scores)
        {
            notes.Check.Add(
                $"The labels are not read as classes, so the gate is on '{withoutLabels}'; docs/gates.md lists metrics for other labels, such as rmse."
            );
            return (Unmeasured(likely), withoutLabels, null);
        }

        var trials = choices.Select(choice => (Choice: choice, Result: _trial.Top1(dataset with { Preprocess = choice.Plan }))).ToList();
        if (trials[0].Result.Problem is { } problem)
        {
            notes.Check.Add($"top1 cannot be measured with these labels: {problem}. The gate is on '{withoutLabels}'.");
            return (Unmeasured(likely), withoutLabels, null);
        }

        var best = trials.MaxBy(trial => trial.Result.Value);
        var measured = string.Create(CultureInfo.InvariantCulture, $"top1 of the original: {Percent(best.Result.Value)} on {best.Result.Samples} samples");
        var others = trials.Where(trial => trial.Choice != best.Choice).Select(trial => $"{trial.Choice.Words}: {Percent(trial.Result.Value)}");
        notes.Guessed.Add($"preprocessing is {best.Choice.Words}: {measured} ({string.Join(", ", others)})");
        notes.Check.Add(
            $"Is {Percent(best.Result.Value)} what this model reaches? If not, preprocessing or labels are wrong, and so is what the gates measure."
        );
        return (best.Choice, "top1", measured);
    }

    private PreprocessChoice Unmeasured(PreprocessChoice choice)
    {
        notes.Check.Add($"Preprocessing cannot be seen from the data; written is {choice.Words}. It must be what the model was trained with.");
        return choice;
    }

    private static string Percent(double? value) => string.Create(CultureInfo.InvariantCulture, $"{(value ?? 0) * 100:0.0} %");

    private string Called(DataArray array) =>
        $"'{(File.Exists(array.Name) ? paths.Canonical(array.Name) : array.Name)}' {ShapeText.Of(array.Header.Shape)} {array.Header.Format}";

    private string Written(DataArray array, DatasetPlan dataset) =>
        dataset.Path is null ? YamlText.Of(paths.Canonical(array.Name))
        : array.Columns is { Count: > 1 } columns ? $"[{string.Join(", ", columns.Select(YamlText.Of))}]"
        : YamlText.Of(array.Name);

    private static DatasetPlan Plan(string path, ArrayMatch match, DataArray? labels)
    {
        var isContainer = DataFormats.Of(path) != DataFormats.Folder;
        return new DatasetPlan
        {
            Name = "samples",
            Position = new SourcePosition(path),
            Path = isContainer ? path : null,
            Inputs = match.Inputs.ToDictionary(input => input.Key, input => input.Value.Name),
            Labels = labels?.Name,
            Columns = match.Inputs.Values.Where(array => array.Columns is not null).ToDictionary(array => array.Name, array => array.Columns!),
            Files = [path],
        };
    }
}

/// <summary>Runs the original on a few samples, so that a wrong guess is seen at once.</summary>
internal sealed class OriginalTrial(ModelSession session, int seed)
{
    private const int Most = 500;

    /// <summary>How many samples the model takes at once; 1 where that is open.</summary>
    public long Batch => session.Inputs.Select(input => input.Shape.FirstOrDefault(1)).Max(extent => Math.Max(1, extent));

    /// <summary>The extents of the first output for a batch of samples.</summary>
    public long[] OutputShape(DatasetPlan dataset) => Run(Open(dataset, 1).Read().First()).Shape;

    /// <summary>Top-1 of the original; null, with the reason, where it has none.</summary>
    public (double? Value, string? Problem, int Samples) Top1(DatasetPlan dataset)
    {
        HostTensor? output = null;
        var samples = Open(dataset, Most);
        var scores = Evaluator.Evaluate(batch => output = Run(batch), _ => output!, samples, [new TopK(1)], session.Outputs[0].Name).Metrics[0];
        return (scores.Problem is null ? scores.OriginalValue : null, scores.Problem, samples.Count);
    }

    private IBatchSource Open(DatasetPlan dataset, int most) =>
        DatasetReader.Open(dataset, session.Inputs, (int)Math.Min(most * Batch, new DatasetArrays(dataset).Count / Batch * Batch), seed);

    private HostTensor Run(Batch batch) => session.Run(batch.Inputs, [session.Outputs[0].Name])[session.Outputs[0].Name];
}

/// <summary>A usual preprocessing, and how a manifest writes it.</summary>
internal sealed record PreprocessChoice(PreprocessPlan Plan, string Text)
{
    private const string Scale = "scale: 1/255";

    /// <summary>What is usual for such an array, the most likely first. Whole numbers are taken as they are.</summary>
    public static IReadOnlyList<PreprocessChoice> For(DataArray array, PreprocessPlan layout, IEnumerable<ModelTensor> inputs)
    {
        var scaled = layout with { Scale = 1.0 / 255 };
        var raw = new PreprocessChoice(layout, "");
        if (inputs.Any(input => ElementWriter.IsInteger(input.Type)))
        {
            return [raw];
        }

        var bytes = new PreprocessChoice(scaled, Scale);
        if (array.Header.Format is not { Kind: ElementKind.Unsigned, Width: 1 })
        {
            return [raw, bytes];
        }

        var centred = new PreprocessChoice(scaled with { Mean = [0.5], Std = [0.5] }, $"{Scale}, mean: [0.5], std: [0.5]");
        var photos = new PreprocessChoice(
            scaled with
            {
                Mean = [0.485, 0.456, 0.406],
                Std = [0.229, 0.224, 0.225],
            },
            $"{Scale}, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]"
        );
        var hasColours = array.Header.SampleShape is [3, ..] or [.., 3];
        return hasColours ? [bytes, photos, centred, raw] : [bytes, centred, raw];
    }

    /// <summary>The value of <c>preprocess:</c>, layout included; empty when nothing is done.</summary>
    public string Mapping
    {
        get
        {
            string[] parts =
            [
                .. Text.Length > 0 ? [Text] : Array.Empty<string>(),
                .. Plan.Layout != PreprocessKeys.Layout.Absent ? [$"layout: {Plan.Layout}"] : Array.Empty<string>(),
                .. Plan.Shape is { } shape
                    ? [$"shape: [{string.Join(", ", shape.Select(extent => extent.ToString(CultureInfo.InvariantCulture)))}]"]
                    : Array.Empty<string>(),
            ];
            return parts.Length == 0 ? "" : $"{{ {string.Join(", ", parts)} }}";
        }
    }

    /// <summary>For people.</summary>
    public string Words => Text.Length == 0 ? "values as they are" : $"'{Text}'";
}

/// <summary>Which array feeds which input of the model, and how its samples must be laid out for that.</summary>
internal sealed record ArrayMatch(IReadOnlyDictionary<string, DataArray> Inputs, PreprocessPlan Layout)
{
    private static readonly PreprocessPlan AsItIs = new();

    /// <summary>Finds an array for every input: by name, or else the first that fits and is not taken.</summary>
    public static ArrayMatch Of(IReadOnlyList<ModelTensor> inputs, IReadOnlyList<DataArray> arrays, string path)
    {
        var free = arrays.ToList();
        var found = new Dictionary<string, DataArray>(StringComparer.Ordinal);
        var layout = AsItIs;
        foreach (var input in inputs.OrderByDescending(input => arrays.Any(array => IsNamedFor(array, input))))
        {
            // One 'preprocess' is for all inputs of a dataset, so only a single input may need one.
            var fitting = free.Select(array =>
                    (
                        Array: array,
                        Layout: inputs.Count == 1 ? LayoutFor(array, input)
                        : Fits(array, input, AsItIs) ? AsItIs
                        : null
                    )
                )
                .Where(pair => pair.Layout is not null)
                .ToList();
            var (chosen, chosenLayout) = fitting
                .OrderByDescending(pair => IsNamedFor(pair.Array, input))
                .ThenByDescending(pair => pair.Layout == AsItIs)
                .FirstOrDefault();
            if (chosen is null)
            {
                throw new DiagnosticException(
                    InitCodes.NoArrayFits,
                    $"No array of {path} fits the model input '{input.Name}' {ShapeText.Of(input.Shape)}, batch first. Its arrays: "
                        + $"{string.Join(", ", arrays)}, samples first. Save the samples in the input's shape, name the labels with --labels if they were "
                        + "taken for something else, or give another file."
                );
            }

            found.Add(input.Name, chosen);
            free.Remove(chosen);
            layout = chosenLayout!;
        }

        return new ArrayMatch(inputs.ToDictionary(input => input.Name, input => found[input.Name]), layout);
    }

    private static bool IsNamedFor(DataArray array, ModelTensor input) =>
        string.Equals(array.Name, input.Name, StringComparison.OrdinalIgnoreCase)
        || string.Equals(array.Name, input.Name + "s", StringComparison.OrdinalIgnoreCase);

    private static PreprocessPlan? LayoutFor(DataArray array, ModelTensor input)
    {
        var declared = input.Shape.Length > 0 ? input.Shape[1..] : [];
        PreprocessPlan[] layouts =
        [
            AsItIs,
            AsItIs with
            {
                Layout = "NHWC",
            },
            .. declared.Length > 0 && declared.All(extent => extent > 0) ? [AsItIs with { Shape = declared }] : Array.Empty<PreprocessPlan>(),
        ];
        return Array.Find(layouts, layout => Fits(array, input, layout));
    }

    private static bool Fits(DataArray array, ModelTensor input, PreprocessPlan layout)
    {
        var sample = array.Header.SampleShape;
        if (layout.Layout == "NHWC")
        {
            return sample.Length == 3 && sample[2] is 1 or 3 or 4 && ShapeFit.Of([sample[2], sample[0], sample[1]], input.Shape) is not null;
        }

        return layout.Shape is { } shape
            ? shape.Product() == array.Header.SampleElements
            : ShapeFit.Of(sample, input.Shape) is not null;
    }
}
