using System.Globalization;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Manifest.Declarations.Keys;
using ModelOptimizer.Tensors;

namespace ModelOptimizer.Pipeline.Initialization;

/// <summary>Guesses how a data file feeds a model, and says so.</summary>
internal sealed class DataGuess(InitRequest request, ModelSession session, ManifestPaths paths, InitNotes notes)
{
    private const int EnoughForCalibration = 512;
    private const int FewForGates = 500;

    private static readonly int Seed = int.Parse(ManifestKeys.Seed.Default!, CultureInfo.InvariantCulture);

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
            throw new DiagnosticException(DataCodes.TooFewSamples, $"{path} has too few samples to give some to the methods and others to the gates: {count}, and the model takes {_trial.Batch} at once. Give a file with more, or run init without --data.");
        }

        var first = match.Inputs.First().Value;
        var choices = PreprocessChoice.For(first, match.Layout);
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
            notes.Check.Add($"There are no labels: the gate on '{withoutLabels}' compares with the original's answers. Give --labels NAME to measure which are right.");
            return (Unmeasured(likely), withoutLabels, null);
        }

        notes.Guessed.Add($"{Called(labels)} has the labels");
        if (!labels.IsWhole || !labels.IsSingle || !scores)
        {
            notes.Check.Add($"The labels are not read as classes, so the gate is on '{withoutLabels}'; docs/gates.md lists metrics for other labels, such as rmse.");
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
        notes.Guessed.Add($"preprocessing is {best.Choice.Words}: {measured} ({string.Join(", ", trials.Where(trial => trial.Choice != best.Choice).Select(trial => $"{trial.Choice.Words}: {Percent(trial.Result.Value)}"))})");
        notes.Check.Add($"Is {Percent(best.Result.Value)} what this model reaches? If not, preprocessing or labels are wrong, and so is what the gates measure.");
        return (best.Choice, "top1", measured);
    }

    private PreprocessChoice Unmeasured(PreprocessChoice choice)
    {
        notes.Check.Add($"Preprocessing cannot be seen from the data; written is {choice.Words}. It must be what the model was trained with.");
        return choice;
    }

    private static string Percent(double? value) => string.Create(CultureInfo.InvariantCulture, $"{(value ?? 0) * 100:0.0} %");

    private string Called(DataArray array) => $"'{(File.Exists(array.Name) ? paths.Canonical(array.Name) : array.Name)}' {ShapeText.Of(array.Header.Shape)} {array.Header.Format}";

    private string Written(DataArray array, DatasetPlan dataset) =>
        dataset.Path is null ? YamlText.Of(paths.Canonical(array.Name))
        : array.Columns is { Count: > 1 } columns ? $"[{string.Join(", ", columns.Select(YamlText.Of))}]"
        : YamlText.Of(array.Name);

    private static DatasetPlan Plan(string path, ArrayMatch match, DataArray? labels)
    {
        var isContainer = DatasetPlan.FormatOf(path) is DatasetFormat.Archive or DatasetFormat.Table;
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
