using System.Globalization;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Methods.Quantization.Rate;

/// <summary>Rounds weights so that their codes have so many bits by their entropy: what they take in a compressed file.</summary>
internal sealed class RateStep : IStep
{
    private const string LeftBefore = "it was left alone before";
    private const string NotSmaller = "it would not be smaller";

    private readonly StepContext _context;
    private readonly QuantizeOptions _options;
    private readonly IReadOnlyList<WeightTarget> _targets;

    /// <exception cref="DiagnosticException">A layer rule matches nothing.</exception>
    public RateStep(StepContext context, QuantizeOptions options)
    {
        (_context, _options) = (context, options);
        var targets = TargetFinder.Find(context.Model);
        var selected = LayerSelector.Select([.. targets.Select(target => target.Layer)], options.Layers)
            .Select(layer => layer.Name)
            .ToHashSet(StringComparer.Ordinal);
        _targets = [.. targets.Where(target => selected.Contains(target.Name))];
    }

    /// <summary>The weights, the memory of the largest layer's moments and factors, and the operations of solving and rounding.</summary>
    MethodPlan IStep.Plan
    {
        get
        {
            var (largest, flops) = (0.0, 0.0);
            foreach (var target in Usable)
            {
                double width = target.Axis!.Width;
                double groups = target.Layer.Window?.Group ?? 1;
                // Two moments, their means, and a factor with its copies.
                largest = Math.Max(largest, 8 * sizeof(double) * groups * width * width);
                flops += (groups * RidgeFitFactors * Math.Pow(width, 3) / 3) + (12 * target.Axis.Count * width * width);
            }

            return new MethodPlan([.. Usable.Select(target => target.Name)], (long)largest, flops);
        }
    }

    private static int RidgeFitFactors => Sequential.RidgeFit.Factors + 1;

    private IEnumerable<WeightTarget> Usable => _targets.Where(target => target.Layer.Obstacle is null);

    /// <summary>Solves, rounds, packs and proves.</summary>
    /// <exception cref="DiagnosticException">There is no calibration data, a weight is not finite, or nothing becomes smaller.</exception>
    public StepResult Apply(IReadOnlyDictionary<string, Choice>? chosen)
    {
        if (_context.Calibration is null)
        {
            throw new DiagnosticException(
                MethodCodes.NoCalibration,
                "'rate' measures what an error of each layer does to the outputs, and the model has no calibration data. "
                    + "Add 'calibrate: { dataset: … }' to the model, or write 'weights: 8' with 'rounding: nearest'.",
                _options.Position);
        }

        var (rounded, forecast) = chosen is null ? AtRate() : (Decided(chosen), null);
        var proven = ProvenModel.Build(_context, [.. rounded.Select(weight => weight.Rounded)]);
        var before = StoredWeights.BytesNow(_context.Model);
        var found = rounded.ToDictionary(weight => weight.Rounded.Target.Name, StringComparer.Ordinal);
        List<LayerOutcome> outcomes = [.. _targets.Select(target => Outcome(target, found.GetValueOrDefault(target.Name), proven, before))];
        return proven.Model.SizeInBytes < _context.Model.SizeInBytes
            ? new StepResult(proven.Model, outcomes) { Certificates = [.. Changes(proven.Model, forecast)] }
            : throw NothingToCompress(outcomes);
    }

    private (IReadOnlyList<EntropyCodedWeight> Weights, double? Forecast) AtRate()
    {
        List<WeightTarget> targets = [.. Usable];
        if (targets.Count == 0)
        {
            return ([], null);
        }

        var search = new LevelSearch(_context, targets, Sensitivities.Measure(_context, targets), _options);
        var (weights, level) = _options.Rate is > 0 and var rate ? search.AtRate(rate) : search.Within(Limit, Shipped);
        return (weights, level * level);
    }

    // Of the original's file, like every percentage of shipped bytes.
    private double Limit => _options.Budget is { IsFraction: true } budget
        ? Math.Floor(budget.Amount * ModelStatistics.Bytes(_context.Original))
        : _options.Budget!.Amount;

    private long Shipped(IReadOnlyList<EntropyCodedWeight> weights)
    {
        var (packed, bytes) = StoredWeights.Pack(_context.Model, [.. weights.Select(weight => weight.Rounded.Tensor)]);
        foreach (var weight in weights.Where(weight => bytes.ContainsKey(weight.Rounded.Tensor.Name)))
        {
            weight.Rounded.Bias?.Apply(packed);
        }

        return _context.ShippedBytes(packed);
    }

    private IReadOnlyList<EntropyCodedWeight> Decided(IReadOnlyDictionary<string, Choice> chosen)
    {
        var steps = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var target in Usable)
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

        return new RateWalk(_context, steps.Keys.ToHashSet(StringComparer.Ordinal), _options.Position).Run((target, _) => steps[target.Name]);
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
        OnnxModel Compared(OnnxModel whole) => outputs.Count == 0 ? whole : TapModel.Build(whole, outputs);
        if (OutputDivergence.Of(_context with { Model = Compared(_context.Model) }, 1) is { } divergence)
        {
            yield return new Certificate("model", "change of the outputs", divergence.Measure(Compared(model)), $"{Unit}; measured.");
        }
    }

    private LayerOutcome Outcome(WeightTarget target, EntropyCodedWeight? weight, ProvenModel proven, IReadOnlyDictionary<string, long> before)
    {
        var layer = target.Layer;
        var macs = layer.Kind == LayerKind.Other || layer.WeightShape.Length == 0 ? null : ModelStatistics.Macs(layer, _context.Shapes);
        var outcome = new LayerOutcome
        {
            Layer = layer.Name,
            ParametersBefore = layer.WeightCount,
            ParametersAfter = layer.WeightCount,
            MacsBefore = macs,
            MacsAfter = macs,
            SkipReason = layer.Obstacle ?? (weight is null ? LeftBefore : null),
        };
        if (weight is null)
        {
            return outcome;
        }

        if (!proven.Bytes.TryGetValue(layer.Weight, out var after))
        {
            return outcome with { SkipReason = proven.Undone.GetValueOrDefault(layer.Weight) ?? NotSmaller };
        }

        var bytes = before[layer.Weight];
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"{bytes:#,0} → {after:#,0} bytes in a container of {weight.Rounded.Tensor.Format.Bits} bits");
        return outcome with
        {
            Step = weight.Step,
            Rate = weight.Bits / weight.Rounded.Tensor.Count,
            BytesBefore = bytes,
            BytesAfter = after,
            RelativeError = weight.Rounded.RelativeError,
            Note = weight.Rounded.Note is { } more ? $"{note}; {more}" : note,
        };
    }

    private DiagnosticException NothingToCompress(List<LayerOutcome> layers)
    {
        var shown = string.Join("; ", layers.Take(5).Select(layer => $"{layer.Layer}: {layer.SkipReason}"));
        var found = layers.Count == 0
            ? "the model has no layer with a constant weight that the layer rules select"
            : $"none of the {layers.Count} selected layers can be made smaller ({shown}{(layers.Count > 5 ? "; …" : "")})";
        return new DiagnosticException(
            MethodCodes.NothingToCompress,
            $"there is nothing to compress: {found}. Choose other layers or a lower rate, or remove the step.",
            _options.Position);
    }
}
