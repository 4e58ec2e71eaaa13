using ModelOptimizer.Methods.Common;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Timing;
using ModelOptimizer.Tensors.Shapes;

namespace ModelOptimizer.Pipeline.Search;

/// <summary>What a search may do to a layer.</summary>
/// <param name="Step">The step that does it.</param>
/// <param name="Choice">What it does.</param>
internal sealed record StepChoice(int Step, Choice Choice)
{
    /// <summary>Whether nothing is done.</summary>
    public bool IsKeep => Choice is Choice.Keep;

    /// <summary>What another step does to the factors that this one makes; null when nothing.</summary>
    public LaterBits? Then { get; init; }

    /// <summary>The choice in a few characters.</summary>
    public string Text => Then is null ? Choice.Text : $"{Choice.Text} of {Then.Text}";
}

/// <summary>A layer and what may become of it.</summary>
internal sealed record SearchLayer(string Name, IReadOnlyList<StepChoice> Options)
{
    public IReadOnlyList<Alternative<StepChoice>> Weighed(Weighting weighting) =>
        [.. Options.Select(option => new Alternative<StepChoice>(option, option.Choice.Bytes, option.Choice.Weighed(weighting)))];
}

/// <summary>
/// Everything that the searched steps of a model could do, as one list of layers: each is changed by one of the steps at most, and what it becomes may be
/// rounded by a later one. The choices of all steps are those on the model before the first of them; see <see cref="BitsAfterFactors"/> for the others.
/// </summary>
internal sealed class SearchSpace
{
    private const string WorthKeeping = "the budget is better saved elsewhere";
    private const string Elsewhere = "another step changes it";
    private static readonly Weighting[] Weightings = [Weighting.Blend, Weighting.Effect, Weighting.Error];

    private readonly JobContext _job;
    private readonly ModelCompressor _compressor;
    private readonly CompressedModel _before;
    private readonly OrderedDictionary<int, IStep> _steps;
    private readonly Dictionary<int, IReadOnlyList<LayerChoices>> _offered = [];
    private readonly Dictionary<int, (string Key, IStep Step)> _later = [];
    private readonly OutputDivergence? _divergence;

    private SearchSpace(JobContext job, ModelCompressor compressor, CompressedModel before, OrderedDictionary<int, IStep> steps)
    {
        (_job, _compressor, _before, _steps) = (job, compressor, before, steps);
        var options = new OrderedDictionary<string, List<StepChoice>>(StringComparer.Ordinal);
        foreach (var (index, step) in steps)
        {
            _offered[index] = Offers(step);
            foreach (var layer in _offered[index])
            {
                if (!options.TryGetValue(layer.Layer, out var list))
                {
                    options.Add(layer.Layer, list = []);
                }

                // One way to keep a layer is enough.
                list.AddRange(layer.Choices.Where(choice => choice is not Choice.Keep || list.Count == 0).Select(choice => new StepChoice(index, choice)));
            }
        }

        var measure = SearchRules.Measure(job.Model);
        if (measure == BudgetMeasure.Latency)
        {
            Whole = new ChoiceTimes(job, before.Model).Replace(steps, _offered, options);
        }

        // Bits go with factors: one budget for both, in the effects on the outputs, which are one unit for all.
        var isRounded = AddBits(options);
        Layers = [.. options.Select(layer => new SearchLayer(layer.Key, layer.Value))];
        // To look at a candidate whose factors are rounded takes as long as to try it.
        _divergence = isRounded ? null : compressor.Divergence(before, steps.Values.Sum(step => step.Plan.TargetLayers.Count));
        Measure = measure is BudgetMeasure.Macs or BudgetMeasure.Latency ? measure
            : Layers.Any(layer => layer.Options.Any(option => option.Choice is Choice.Step)) ? BudgetMeasure.Shipped
            : BudgetMeasure.Size;
        Whole = Measure == BudgetMeasure.Latency ? Whole
            : Measure == BudgetMeasure.Macs ? ModelStatistics.Macs(before.Model, ShapeProbe.Run(job.Engine, before.Model))!.Value
            : before.Model.SizeInBytes;
    }

    // Where several steps are searched, one of them may find nothing to do.
    private IReadOnlyList<LayerChoices> Offers(IStep step)
    {
        try
        {
            return step.Choices();
        }
        catch (DiagnosticException exception) when (_steps.Count > 1 && exception.Diagnostic.Code == MethodCodes.NothingToCompress)
        {
            return [];
        }
    }

    private bool AddBits(OrderedDictionary<string, List<StepChoice>> options)
    {
        bool Offers<T>(int index) => _offered[index].Any(layer => layer.Choices.Any(choice => choice is T));
        var later = _steps.Keys.LastOrDefault(Offers<Choice.Bits>, -1);
        int[] factored = [.. _steps.Keys.Where(index => index < later && Offers<Choice.Ranks>(index))];
        if (factored.Length == 0)
        {
            return false;
        }

        foreach (var list in options.Values)
        {
            StepChoice[] effects = [.. list.Select(option => option with { Choice = option.Choice with { Penalty = option.Choice.Effect } })];
            list.Clear();
            list.AddRange(effects);
        }

        foreach (var index in factored)
        {
            var bits = BitsAfterFactors.Measure(_compressor, _before, _steps[index], _offered[index], later);
            foreach (var (layer, list) in options)
            {
                list.AddRange(list.Where(option => option.Step == index && !option.IsKeep).SelectMany(option => bits.Of(layer, option)).ToList());
            }
        }

        return true;
    }

    /// <summary>The layers with something to choose.</summary>
    public IReadOnlyList<SearchLayer> Layers { get; }

    /// <summary>
    /// What a candidate is to have little of: multiply-adds or time where the steps say so, shipped bytes where weights are rounded for their entropy.
    /// </summary>
    public BudgetMeasure Measure { get; }

    /// <summary>What the model before the searched steps has: its bytes, its multiply-adds, or the nanoseconds of a run.</summary>
    public double Whole { get; }

    /// <summary>About what the smallest candidate has of it.</summary>
    public double Least => Math.Max(1, Math.Ceiling(Whole + Layers.Sum(layer => layer.Options.Min(option => option.Choice.Bytes))));

    /// <summary>Runs the steps before the first searched one, and asks all searched ones for their choices: most of a search's preparation.</summary>
    /// <exception cref="DiagnosticException">There is nothing to choose.</exception>
    public static SearchSpace Explore(JobContext job, ModelCompressor compressor, OnnxModel original)
    {
        int[] searched = [.. job.Model.Steps.Index().Where(step => step.Item.IsSearched).Select(step => step.Index)];
        var before = compressor.Continue(new CompressedModel(original, []), searched[0]);
        var steps = new OrderedDictionary<int, IStep>();
        foreach (var index in searched)
        {
            steps.Add(index, compressor.Prepare(before, index));
        }

        // What a training behind them cannot do is said now, and not when the first candidate is ready.
        foreach (var (index, step) in job.Model.Steps.Index().Skip(searched[^1] + 1))
        {
            if (!step.Method.CompressesLayers)
            {
                compressor.Prepare(before, index);
            }
        }

        return new SearchSpace(job, compressor, before, steps);
    }

    /// <summary>
    /// The options with which the model has about <paramref name="bytes"/>, or multiply-adds, and is expected to change least; null when it cannot be that
    /// small.
    /// </summary>
    public IReadOnlyDictionary<string, StepChoice>? AtSize(double bytes)
    {
        var tried = new List<IReadOnlyDictionary<string, StepChoice>>();
        // How far the effect of one layer alone tells about many at once is not known beforehand: the weighting whose model diverges least is taken.
        foreach (var weighting in _divergence is not null ? Weightings : [Weighting.Blend])
        {
            if (LagrangianAllocator.Choose([.. Layers.Select(layer => layer.Weighed(weighting))], bytes - Whole) is { } chosen)
            {
                tried.Add(
                    Layers
                        .Zip(chosen)
                        .ToDictionary(
                            pair => pair.First.Name,
                            pair => pair.Second.Item.IsKeep ? new StepChoice(pair.Second.Item.Step, new Choice.Keep(WorthKeeping)) : pair.Second.Item,
                            StringComparer.Ordinal
                        )
                );
            }
        }

        tried = [.. tried.DistinctBy(Key)];
        return tried.Count < 2 ? tried.FirstOrDefault() : tried.MinBy(allocation => Look(allocation) is { } model ? _divergence!.Measure(model) : 0);
    }

    // A model to look at, not to keep; null where that would take too long.
    private OnnxModel? Look(IReadOnlyDictionary<string, StepChoice> chosen)
    {
        var (index, step) = _steps.GetAt(0);
        return _steps.Count == 1 ? step.Sketch(Choices(index, chosen)) : Searched(chosen)?.Model;
    }

    /// <summary>A candidate in a few words, such as <c>4 bits (9), cp of 5 bits (3), as it is (1)</c>.</summary>
    public string Summary(IReadOnlyDictionary<string, StepChoice> chosen) => string.Join(
        ", ",
        chosen.Values.GroupBy(Kind, StringComparer.Ordinal).OrderByDescending(kind => kind.Count()).ThenBy(kind => kind.Key, StringComparer.Ordinal)
            .Select(kind => FormattableString.Invariant($"{kind.Key} ({kind.Count()})")));

    /// <summary>What there was to choose for each layer, and what a candidate has.</summary>
    public IReadOnlyList<SearchedLayer> Explain(IReadOnlyDictionary<string, StepChoice> chosen) =>
        [.. Layers.Select(layer => (layer, Taken: chosen[layer.Name])).Select(pair => new SearchedLayer(
            pair.layer.Name,
            string.Join(", ", pair.layer.Options.Where(option => !option.IsKeep).GroupBy(option => option.Step)
                .Select(step => FormattableString.Invariant($"{_job.Model.Steps[step.Key].Method.Name} ({step.Count()})"))),
            pair.Taken.IsKeep ? pair.Taken.Text : $"{_job.Model.Steps[pair.Taken.Step].Method.Name} {pair.Taken.Text}",
            (long)-pair.Taken.Choice.Bytes,
            pair.Taken.Choice.Effect))];

    // Ranks and steps differ from layer to layer.
    private string Kind(StepChoice option) => option.Choice switch
    {
        Choice.Ranks => _job.Model.Steps[option.Step].Method.Name + (option.Then is null ? "" : $" of {option.Then.Text}"),
        Choice.Step => "by rate",
        _ => option.Choice.Text,
    };

    /// <summary>
    /// What a candidate is expected to do to the outputs, squared and as a share of their variance: the effects of its layers one by one, which add up to first
    /// order. No label is looked at.
    /// </summary>
    public static double Forecast(IReadOnlyDictionary<string, StepChoice> chosen) => chosen.Values.Sum(option => option.Choice.Effect);

    /// <summary>The least of that at about so many bytes; null when there is no such candidate.</summary>
    public double? Forecast(double bytes) => LagrangianAllocator
        .Choose([.. Layers.Select(layer => layer.Weighed(Weighting.Effect))], bytes - Whole)
        ?.Sum(option => option.Penalty);

    /// <summary>The candidate's model, with the steps after the searched ones; null when it would not be smaller.</summary>
    public CompressedModel? Build(IReadOnlyDictionary<string, StepChoice> chosen) =>
        Searched(chosen) is { } model ? _compressor.Continue(model, _job.Model.Steps.Count) : null;

    // Up to the last searched step.
    private CompressedModel? Searched(IReadOnlyDictionary<string, StepChoice> chosen)
    {
        var result = _before;
        try
        {
            for (var index = _before.Steps.Count; index <= _steps.GetAt(_steps.Count - 1).Key; index++)
            {
                if (!_steps.ContainsKey(index))
                {
                    result = _compressor.Continue(result, index + 1);
                    continue;
                }

                var choices = Choices(index, chosen);
                result = _compressor.IsLeftOut(index, choices)
                    ? _compressor.LeaveOut(result)
                    : _compressor.Apply(result, StepOn(result, index, chosen), choices);
            }
        }
        catch (DiagnosticException exception) when (exception.Diagnostic.Code == MethodCodes.NothingToCompress)
        {
            return null;
        }

        return Measure is BudgetMeasure.Macs or BudgetMeasure.Latency || result.Model.SizeInBytes < _before.Model.SizeInBytes ? result : null;
    }

    private Dictionary<string, Choice> Choices(int index, IReadOnlyDictionary<string, StepChoice> chosen) =>
        chosen
            .Where(option => _offered[index].Any(layer => layer.Layer == option.Key))
            .ToDictionary(
                option => option.Key,
                option => option.Value.IsKeep || option.Value.Step == index ? option.Value.Choice : new Choice.Keep(Elsewhere),
                StringComparer.Ordinal
            )
            .Concat(chosen.Values.Where(option => option.Then?.Step == index).SelectMany(option => option.Then!.Parts))
            .GroupBy(choice => choice.Key, StringComparer.Ordinal)
            .ToDictionary(choices => choices.Key, choices => choices.Last().Value, StringComparer.Ordinal);

    // A later step sees what the ones before it leave, which is the same for candidates that differ in later steps only.
    private IStep StepOn(CompressedModel model, int index, IReadOnlyDictionary<string, StepChoice> chosen)
    {
        if (ReferenceEquals(model.Model, _before.Model))
        {
            return _steps[index];
        }

        var key = Key(chosen.Where(option => option.Value.Step < index).Select(option => KeyValuePair.Create(option.Key, option.Value with { Then = null })));
        if (!_later.TryGetValue(index, out var known) || known.Key != key)
        {
            _later[index] = known = (key, _compressor.Prepare(model, index));
        }

        return known.Step;
    }

    /// <summary>The options that change something, as one text.</summary>
    public static string Key(IEnumerable<KeyValuePair<string, StepChoice>> chosen) =>
        string.Join(
            ';',
            chosen
                .Where(option => !option.Value.IsKeep)
                .OrderBy(option => option.Key, StringComparer.Ordinal)
                .Select(option => FormattableString.Invariant($"{option.Key}={option.Value.Step}:{option.Value.Text}"))
        );
}
