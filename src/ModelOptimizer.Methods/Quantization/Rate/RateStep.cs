using ModelOptimizer.Methods.Sequential;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Methods.Quantization.Rate;

/// <summary>Rounds weights so that their codes have so many bits by their entropy: what they take in a compressed file.</summary>
internal sealed class RateStep : IStep
{
    private readonly StepContext _context;
    private readonly QuantizeOptions _options;
    private readonly IReadOnlyList<WeightTarget> _targets;

    // Why a weight is not worth rounding, by name.
    private readonly Dictionary<string, string> _left;
    private Sensitivities? _sensitivities;
    private IReadOnlyList<LayerChoices>? _choices;

    /// <exception cref="DiagnosticException">A layer rule matches nothing.</exception>
    public RateStep(StepContext context, QuantizeOptions options)
    {
        (_context, _options) = (context, options);
        var targets = TargetFinder.Find(context.Model, context.Shapes);
        var selected = LayerSelector.Select([.. targets.Select(target => target.Layer)], options.Layers)
            .Select(layer => layer.Name)
            .ToHashSet(StringComparer.Ordinal);
        _targets = [.. targets.Where(target => selected.Contains(target.Name))];
        var before = StoredWeights.BytesNow(context.Model);
        _left = Usable.Where(target => StoredWeights.MemberBytes(RateWalk.Empty(target), context.Model) >= before[target.Layer.Weight])
            .ToDictionary(target => target.Name, _ => PackedWeights.NotSmaller, StringComparer.Ordinal);
    }

    /// <summary>The weights, the memory of the largest layer's moments and factors, and the operations of solving and rounding.</summary>
    MethodPlan IStep.Plan
    {
        get
        {
            var (bytes, flops) = RoundingWalk.Predicted(_context, [.. Usable]);
            var most = Math.Max(SequentialWalk.WithModels(_context, bytes), SequentialWalk.WithModels(_context, 0) + OutputGradients.Bytes(_context));
            return new MethodPlan([.. Usable.Select(target => target.Name)], (long)most, flops);
        }
    }

    private IEnumerable<WeightTarget> Usable => _targets.Where(target => target.Layer.Obstacle is null);

    /// <summary>Solves, rounds, packs and proves.</summary>
    /// <exception cref="DiagnosticException">There is no calibration data, a weight is not finite, or nothing becomes smaller.</exception>
    public StepResult Apply(IReadOnlyDictionary<string, Choice>? chosen)
    {
        RequireCalibration();
        RequireMemory();
        // The other layers made up for the errors of a weight that turns out to stay as it is: they are rounded again without it.
        var left = new Dictionary<string, string>(_left, StringComparer.Ordinal);
        while (true)
        {
            List<WeightTarget> targets = [.. Usable.Where(target => !left.ContainsKey(target.Name))];
            var (rounded, forecast) = chosen is null ? AtRate(targets) : (Decided(targets, chosen), null);
            var steps = rounded.ToDictionary(weight => weight.Rounded.Target.Name, StringComparer.Ordinal);
            var result = new PackedWeights(_context, _options.Position).Pack(
                _targets.Select(target => (target, (string?)(target.Layer.Obstacle ?? left.GetValueOrDefault(target.Name, PackedWeights.LeftBefore)))),
                [.. rounded.Select(weight => weight.Rounded)],
                (weight, outcome) => outcome with { Step = steps[weight.Target.Name].Step, Rate = steps[weight.Target.Name].Bits / weight.Tensor.Count });
            var plain = result.Layers.Where(layer => layer.SkipReason is not null && steps.ContainsKey(layer.Layer)).ToList();
            if (plain.Count == 0)
            {
                return result with { Certificates = [.. Changes(result.Model, forecast)] };
            }

            plain.ForEach(layer => left.Add(layer.Layer, layer.SkipReason!));
        }
    }

    /// <summary>Steps at several levels, for a search that weighs them by shipped bytes.</summary>
    public IReadOnlyList<LayerChoices> Choices()
    {
        RequireCalibration();
        RequireMemory();
        return _choices ??= Search([.. Usable.Where(target => !_left.ContainsKey(target.Name))])?.Choices(StoredWeights.BytesNow(_context.Model)) ?? [];
    }

    private void RequireMemory() => MachineMemory.Require(
        ((IStep)this).Plan.PeakBytes,
        "rounding by a rate",
        _ => "Leave out the layers with the most inputs ('layers: [\"!NAME\"]'; 'modelopt layers' lists them).",
        _options.Position);

    private void RequireCalibration()
    {
        if (_context.Calibration is null)
        {
            throw new DiagnosticException(
                MethodCodes.NoCalibration,
                "bits by entropy go by what an error of each layer does to the outputs, and the model has no calibration data. "
                    + "Add 'calibrate: { dataset: … }' to the model, or take the step '{ method: quantize, weights: 8, rounding: nearest }'.",
                _options.Position);
        }
    }

    private LevelSearch? Search(List<WeightTarget> targets) => targets.Count == 0 ? null : new LevelSearch(
        _context,
        targets,
        _sensitivities ??= Sensitivities.Measure(_context, targets, _options.Position),
        _options);

    private (IReadOnlyList<EntropyCodedWeight> Weights, double? Forecast) AtRate(List<WeightTarget> targets)
    {
        if (Search(targets) is not { } search)
        {
            return ([], null);
        }

        var (weights, level) = _options.Rate is > 0 and var rate ? search.AtRate(rate) : search.Within(Limit, Shipped);
        return (weights, level * level);
    }

    // Of the original's file, like every percentage of shipped bytes.
    private double Limit => _options.Budget!.Limit(ModelStatistics.Bytes(_context.Original));

    private long Shipped(IReadOnlyList<EntropyCodedWeight> weights)
    {
        var (packed, bytes) = StoredWeights.Pack(_context.Model, [.. weights.Select(weight => weight.Rounded.Tensor)]);
        foreach (var weight in weights.Where(weight => bytes.ContainsKey(weight.Rounded.Tensor.Name)))
        {
            weight.Rounded.Bias?.Apply(packed);
        }

        return _context.ShippedBytes(packed);
    }

    private IReadOnlyList<EntropyCodedWeight> Decided(List<WeightTarget> targets, IReadOnlyDictionary<string, Choice> chosen)
    {
        var steps = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var target in targets)
        {
            switch (chosen.GetValueOrDefault(target.Name))
            {
                case null or Choice.Keep:
                    break;
                case Choice.Step step:
                    steps.Add(target.Name, step.Size);
                    break;
                case var other:
                    throw new DiagnosticException(
                        MethodCodes.BadRanks,
                        $"'{other.Text}' is decided for '{target.Name}', where this step takes the step of a rate.",
                        _options.Position);
            }
        }

        return new RateWalk(_context, steps.Keys.ToHashSet(StringComparer.Ordinal), _options.Position).Run(
            (target, _) => steps[target.Name],
            target => FormattableString.Invariant($"step {steps[target.Name]}"));
    }

    // Squared changes of the outputs: what the steps were chosen by, and what it is on the calibration data.
    private IEnumerable<Certificate> Changes(OnnxModel model, double? forecast)
    {
        const string Unit = "Squared, as a share of the outputs' variance on the calibration data";
        if (forecast is { } value)
        {
            yield return new Certificate("model", "forecast change of the outputs", value, $"{Unit}; what the steps were chosen by.");
        }

        var outputs = OutputGradients.Outputs(_context.Model, _context.Shapes);
        OnnxModel Compared(OnnxModel whole) => TapModel.Build(whole, outputs);
        if (outputs.Count > 0 && OutputDivergence.Of(_context with { Model = Compared(_context.Model) }, 1) is { } divergence)
        {
            yield return new Certificate("model", "change of the outputs", divergence.Measure(Compared(model)), $"{Unit}; measured.");
        }
    }
}
