using System.Globalization;
using ModelOptimizer.Methods.Quantization.Integer;
using ModelOptimizer.Methods.Quantization.NBits;
using ModelOptimizer.Methods.Sequential;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>Which weights of a model become what.</summary>
internal sealed class QuantizeStep : IStep
{
    private const string Unnamed = "no rule of 'weights' names it";
    private const string Halved = "float16, since it is a table: a rule with its name gives it fewer bits";

    // What memory and time are counted for before the widths are chosen.
    private static readonly WeightFormat Widest = WeightFormat.All.First(format => format.HasCodes);

    private readonly StepContext _context;
    private readonly QuantizeOptions _options;
    private readonly WeightRounder _rounder;
    private readonly Func<IReadOnlyList<RoundedWeight>, KernelModel>? _kernels;
    private readonly IReadOnlyList<PlannedWeight> _planned;
    private readonly Dictionary<(string Layer, WeightFormat Format), RoundedWeight> _rounded = [];
    private readonly WalkMemory<RoundedWeight> _walked;
    private readonly HashSet<string> _halved = new(StringComparer.Ordinal);
    private BitAllocation? _allocation;

    /// <exception cref="DiagnosticException">A layer rule matches nothing.</exception>
    public QuantizeStep(StepContext context, QuantizeOptions options)
    {
        context = options.Ranges is null ? context : IntegerForm.Prepare(context, options.Position);
        (_context, _options) = (context, options);
        var nbits = options.Blocks is { } kernel ? NBitsForm.Of(context, kernel, options.Position) : null;
        _rounder = new WeightRounder(context, options.UnderMoments, options.Position, nbits is null ? null : nbits.Block);
        // A prepared model is another one, with the same layers.
        _walked = StoredRounding.Memory(
            context, $"rounding, under moments {options.UnderMoments}, blocks {options.Blocks?.Size}, prepared {options.Ranges is not null}");
        _kernels = nbits is not null ? nbits.Build
            : options.Ranges is { } rule ? weights => IntegerModel.Build(context, weights, rule, options.Position)
            : null;
        var targets = TargetFinder.Find(context.Model, context.Shapes);
        WeightLayer[] all = [.. targets.Select(target => target.Layer)];
        var selected = LayerSelector.Select(all, options.Layers).Select(layer => layer.Name).ToHashSet(StringComparer.Ordinal);
        var words = options.Weights?.Assign(all);
        var written = (options.Weights?.Rules ?? []).Concat(options.Layers.Rules).Select(rule => rule.Text).ToHashSet(StringComparer.Ordinal);
        var constants = new ConstantLookup(context.Model.Graph);
        WeightFormat? Format(WeightTarget target) => words is null ? Widest
            : words.GetValueOrDefault(target.Name) is not { } word ? null
            : target.Axis is not { } axis ? WeightFormat.Find(word)
            : target.IsTable && !written.Contains(target.Name) ? Half(target, word)
            : WeightFormat.Find(word)!.OrLess(axis.Width, () => axis.ToRows(WeightValues.ReadDoubles(constants[target.Layer.Weight])));
        WeightFormat Half(WeightTarget target, string word)
        {
            if (word != WeightFormat.Half.Name)
            {
                _halved.Add(target.Name);
            }

            return WeightFormat.Half;
        }

        _planned = [.. targets.Where(target => selected.Contains(target.Name)).Select(target => Plan(target, Format(target), Unnamed))];
    }

    /// <summary>The layers with a format, the moments and the memory of the largest factor, and the operations of rounding.</summary>
    MethodPlan IStep.Plan
    {
        get
        {
            List<WeightTarget> walked = [.. Measured(_planned).Where(IsWalked)];
            List<WeightTarget> rest = [.. Measured(_planned).Except(walked)];
            var ((peak, flops), largest) = (RoundingWalk.Predicted(_context, walked), 0.0);
            foreach (var target in rest)
            {
                double width = target.Axis!.Width;
                double groups = target.Measured[0].Window?.Group ?? 1;
                // The moments of several readers are added up as a whole.
                var isSpan = target.Measured.Count == 1 && MomentBytes.Span(_context, target.Measured[0]) is not null;
                largest = Math.Max(largest, isSpan
                    ? IRounding.Bytes(_context, target.Measured[0], _context.Calibration!.Count)
                    : 3 * sizeof(double) * width * width);
                // A factor for each group; two rounds and two products.
                flops += (groups * Math.Pow(width, 3) / 3) + (6 * target.Axis.Count * width * width);
            }

            return new MethodPlan(
                [.. _planned.Where(weight => weight.Format is not null).Select(weight => weight.Target.Name)],
                (long)SequentialWalk.WithModels(_context, MomentBytes.Held(_context, rest.Select(target => target.Measured[0])) + Math.Max(largest, peak)),
                flops
            );
        }
    }

    /// <summary>Rounds, packs and proves.</summary>
    /// <exception cref="DiagnosticException">There is no data for the rounding, a weight is not finite, or nothing becomes smaller.</exception>
    public StepResult Apply(IReadOnlyDictionary<string, Choice>? chosen)
    {
        RequireMemory();
        return chosen is not null ? Apply(Decided(chosen)) : _options.Weights is not null ? Apply(_planned) : ApplyWithin(_options.Budget!);
    }

    /// <summary>The bits that each weight could have.</summary>
    /// <exception cref="DiagnosticException">As for <see cref="Apply(IReadOnlyDictionary{string, Choice}?)"/>.</exception>
    public IReadOnlyList<LayerChoices> Choices()
    {
        RequireMemory();
        return Allocation().Choices;
    }

    private void RequireMemory() => MachineMemory.Require(
        ((IStep)this).Plan.PeakBytes,
        "rounding under the layers' inputs",
        _ => "Write 'rounding: nearest', or leave out the layers with the most inputs ('layers: [\"!NAME\"]'; 'modelopt layers' lists them).",
        _options.Position);

    private StepResult ApplyWithin(Budget budget)
    {
        var original = ModelStatistics.Bytes(_context.Original);
        var limit = budget.Limit(original);
        double whole = _context.Model.SizeInBytes;
        if (whole <= limit)
        {
            throw new DiagnosticException(
                MethodCodes.NothingToCompress,
                FormattableString.Invariant($"the model's {whole:#,0} bytes are within the budget of {limit:#,0} bytes already. ")
                    + "Lower the budget, or leave this step out.",
                _options.BudgetPosition);
        }

        // A weight that the runtime does not unpack is plain again, and the others have to make up for it.
        var without = new Dictionary<string, string>(StringComparer.Ordinal);
        while (Allocation().Within(limit, without.Keys.ToHashSet(StringComparer.Ordinal)) is { } chosen)
        {
            var kept = without.Select(weight => KeyValuePair.Create<string, Choice>(weight.Key, new Choice.Keep(weight.Value)));
            var result = Apply(Decided(chosen.Concat(kept).ToDictionary(StringComparer.Ordinal)));
            if (result.Model.SizeInBytes <= limit)
            {
                return result;
            }

            var undone = result.Layers.Where(layer => layer.SkipReason is not null && chosen.GetValueOrDefault(layer.Layer) is Choice.Bits).ToList();
            if (undone.Count == 0)
            {
                break;
            }

            undone.ForEach(layer => without.Add(layer.Layer, layer.SkipReason!));
        }

        var least = Allocation().Least;
        var percent = Budget.LeastPercent(least, original);
        throw new DiagnosticException(
            MethodCodes.BudgetTooSmall,
            FormattableString.Invariant($"the budget of {limit:#,0} bytes is below what is possible: with every selected layer at its fewest bits, ")
                + FormattableString.Invariant($"{least:#,0} bytes remain, {percent} of the original's {original:#,0}. ")
                + $"What is not selected or cannot be rounded counts too. Raise the budget to {percent}, or select more layers.",
            _options.BudgetPosition);
    }

    private BitAllocation Allocation()
    {
        if (_allocation is null)
        {
            RequireMoments([.. Measured(_planned)]);
            _allocation = new BitAllocation(
                _context,
                [.. _planned.Where(weight => weight.Format is not null).Select(weight => weight.Target)],
                Rounded,
                _options.UnderMoments ? "gptq" : "nearest");
        }

        return _allocation;
    }

    // Under the moments of the model before this step, as all widths are compared.
    private RoundedWeight Rounded(WeightTarget target, WeightFormat format)
    {
        if (!_rounded.TryGetValue((target.Name, format), out var known))
        {
            _rounded.Add((target.Name, format), known = _rounder.Round(target, format));
        }

        return known;
    }

    private IReadOnlyList<PlannedWeight> Decided(IReadOnlyDictionary<string, Choice> chosen) =>
        [.. _planned.Select(weight => Decided(weight.Target, chosen.GetValueOrDefault(weight.Target.Name)))];

    private StepResult Apply(IReadOnlyList<PlannedWeight> planned)
    {
        var isSequential = Measured(planned).Any(IsWalked);
        var rounded = isSequential ? Walked(planned) : Independent(planned);
        var result = new PackedWeights(_context, _options.Position, _kernels).Pack(
            planned.Select(weight => (weight.Target, weight.Reason)),
            rounded,
            (weight, outcome) => outcome with
            {
                Bits = weight.Tensor.Format.Choice.Count,
                Note = _halved.Contains(weight.Target.Name) && !weight.Tensor.Format.HasCodes ? $"{outcome.Note}; {Halved}" : outcome.Note,
            });
        // The other layers made up for the errors of a weight that turns out to stay as it is: they are rounded again without it.
        var plain = result.Layers.Where(layer => layer.SkipReason is not null).ToDictionary(layer => layer.Layer, layer => layer.SkipReason);
        PlannedWeight Left(PlannedWeight weight) =>
            plain.TryGetValue(weight.Target.Name, out var reason) ? weight with { Format = null, Reason = reason } : weight;
        return isSequential && rounded.Any(weight => plain.ContainsKey(weight.Target.Name))
            ? Apply([.. planned.Select(Left)])
            : result with { Series = _allocation?.Series ?? [] };
    }

    private IReadOnlyList<RoundedWeight> Walked(IReadOnlyList<PlannedWeight> planned)
    {
        var formats = planned.Where(weight => weight.Format is not null).ToDictionary(weight => weight.Target.Name, weight => weight.Format!);
        RequireCalibration();
        RequireMoments([.. Measured(planned).Where(target => !IsWalked(target))]);
        return new RoundingWalk(_context, formats.Keys.ToHashSet(StringComparer.Ordinal), _options.Position).Run((target, fit) =>
        {
            var format = formats[target.Name];
            if (fit is not null && format.HasCodes)
            {
                return _rounder.Round(target, format, fit);
            }

            RequireMoments(_rounder.UsesMoments(target, format) ? [target] : []);
            return _rounder.Round(target, format);
        },
        _walked,
        target => formats[target.Name].Name);
    }

    private List<RoundedWeight> Independent(IReadOnlyList<PlannedWeight> planned)
    {
        RequireMoments([.. Measured(planned)]);
        var formats = planned.Where(weight => weight.Format is not null).ToList();
        var rounded = new List<RoundedWeight>();
        foreach (var weight in formats)
        {
            _context.Progress.Report(new MethodProgress(weight.Target.Name, rounded.Count, formats.Count));
            rounded.Add(Rounded(weight.Target, weight.Format!));
        }

        return rounded;
    }

    private void RequireCalibration()
    {
        if (_context.Calibration is null)
        {
            throw new DiagnosticException(
                MethodCodes.NoCalibration,
                "'rounding: gptq' measures the layers' inputs and the model has no calibration data. "
                    + "Add 'calibrate: { dataset: … }' to the model, or write 'rounding: nearest'.",
                _options.Position);
        }
    }

    private void RequireMoments(IReadOnlyCollection<WeightTarget> targets)
    {
        if (targets.Count == 0)
        {
            return;
        }

        RequireCalibration();
        _context.Progress.Report(new MethodProgress("second moments", 0, 1));
        _context.ActivationStatistics.Require([.. targets.SelectMany(target => target.Measured).Select(MomentKey.Of).Distinct()], _context.Cancellation);
    }

    private bool IsWalked(WeightTarget target) => _options.IsSequential && RoundingWalk.IsWalked(target);

    private IEnumerable<WeightTarget> Measured(IEnumerable<PlannedWeight> planned) =>
        planned.Where(weight => weight.Format is { } format && _rounder.UsesMoments(weight.Target, format)).Select(weight => weight.Target);

    private PlannedWeight Decided(WeightTarget target, Choice? choice) =>
        choice switch
        {
            null or Choice.Keep => Plan(target, null, Chosen.ReasonOf(choice) ?? PackedWeights.LeftBefore),
            _ when WeightFormat.Of(choice) is { } format => Plan(target, format, ""),
            _ => throw new DiagnosticException(
                MethodCodes.BadRanks,
                $"'{choice.Text}' is decided for '{target.Name}', where this step takes bits.",
                _options.Position
            ),
        };

    private PlannedWeight Plan(WeightTarget target, WeightFormat? format, string absent) =>
        format switch
        {
            _ when target.Layer.Obstacle is { } obstacle => new(target, null, obstacle),
            null => new(target, null, absent),
            _ when format.Bits >= ElementTypes.Bits(target.Layer.ElementType) => new(
                target,
                null,
                $"its numbers are {ElementTypes.Name(target.Layer.ElementType)} already"
            ),
            _ => new(target, _options.ReducesRange && format == WeightFormat.Byte ? WeightFormat.Reduced : format, null),
        };

    /// <summary>A weight, its format, or why it has none.</summary>
    private sealed record PlannedWeight(WeightTarget Target, WeightFormat? Format, string? Reason);
}
