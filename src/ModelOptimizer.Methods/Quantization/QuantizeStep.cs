using System.Globalization;
using ModelOptimizer.Methods.Quantization.Stored;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>Which weights of a model become what.</summary>
internal sealed class QuantizeStep : IStep
{
    private readonly StepContext _context;
    private readonly QuantizeOptions _options;
    private readonly WeightRounder _rounder;
    private readonly IReadOnlyList<(WeightTarget Target, WeightFormat? Format, string? Reason)> _layers;

    /// <exception cref="DiagnosticException">A layer rule matches nothing.</exception>
    public QuantizeStep(StepContext context, QuantizeOptions options)
    {
        (_context, _options) = (context, options);
        _rounder = new WeightRounder(context, options.UnderMoments, options.Position);
        var targets = TargetFinder.Find(context.Model);
        WeightLayer[] all = [.. targets.Select(target => target.Layer)];
        var selected = LayerSelector.Select(all, options.Layers).Select(layer => layer.Name).ToHashSet(StringComparer.Ordinal);
        var formats = options.Weights.Assign(all);
        _layers = [.. targets.Where(target => selected.Contains(target.Name)).Select(target => Decide(target, formats.GetValueOrDefault(target.Name) is { } word ? WeightFormat.Find(word) : null, "no rule of 'weights' names it"))];
    }

    /// <summary>The layers with a format, the memory of the largest factor, and the operations of rounding.</summary>
    public MethodPlan Plan
    {
        get
        {
            var chosen = _layers.Where(layer => layer.Format is not null).ToList();
            var measured = chosen.Where(layer => _rounder.UsesMoments(layer.Target, layer.Format!)).Select(layer => (Width: (double)layer.Target.Axis!.Width, Groups: layer.Target.Measured[0].Window?.Group ?? 1, layer.Target.Axis.Count)).ToList();
            return new MethodPlan(
                [.. chosen.Select(layer => layer.Target.Name)],
                (long)(measured.Sum(layer => 8 * layer.Groups * layer.Width * layer.Width) + measured.Select(layer => 24 * layer.Width * layer.Width).DefaultIfEmpty().Max()),
                measured.Sum(layer => (layer.Groups * Math.Pow(layer.Width, 3) / 3) + (layer.Count * layer.Width * layer.Width)));
        }
    }

    /// <summary>Rounds, packs and proves.</summary>
    /// <exception cref="DiagnosticException">There is no data for the rounding, a weight is not finite, or nothing becomes smaller.</exception>
    public StepResult Apply(IReadOnlyDictionary<string, Choice>? chosen) => Apply(chosen is null ? _layers : [.. _layers.Select(layer => Decided(layer.Target, chosen.GetValueOrDefault(layer.Target.Name)))]);

    private StepResult Apply(IReadOnlyList<(WeightTarget Target, WeightFormat? Format, string? Reason)> layers)
    {
        var chosen = layers.Where(layer => layer.Format is not null).ToList();
        var measured = chosen.Where(layer => _rounder.UsesMoments(layer.Target, layer.Format!)).Select(layer => layer.Target).ToList();
        if (measured.Count > 0)
        {
            if (_context.Calibration is null)
            {
                throw new DiagnosticException(MethodCodes.NoCalibration, "'rounding: gptq' measures the layers' inputs and the model has no calibration data. Add 'calibrate: { dataset: … }' to the model, or write 'rounding: nearest'.", _options.Position);
            }

            _context.Progress.Report(new MethodProgress("second moments", 0, 1));
            _context.Statistics.Require([.. measured.SelectMany(target => target.Measured).Select(MomentKey.Of).Distinct()], _context.Cancellation);
        }

        var rounded = new Dictionary<string, RoundedWeight>(StringComparer.Ordinal);
        foreach (var (target, format, _) in chosen)
        {
            _context.Progress.Report(new MethodProgress(target.Name, rounded.Count, chosen.Count));
            rounded.Add(target.Name, _rounder.Round(target, format!));
        }

        _context.Progress.Report(new MethodProgress("loading what was packed", 0, 1));
        var result = ProvenModel.Build(_context, [.. rounded.Values.Where(weight => weight.Obstacle is null)]);
        var before = StoredWeights.BytesNow(_context.Model);
        List<LayerOutcome> outcomes = [.. layers.Select(layer => Outcome(layer.Target, layer.Reason, rounded.GetValueOrDefault(layer.Target.Name), result, before))];
        return result.Model.SizeInBytes < _context.Model.SizeInBytes ? new StepResult(result.Model, outcomes) : throw NothingToCompress(outcomes);
    }

    private (WeightTarget Target, WeightFormat? Format, string? Reason) Decided(WeightTarget target, Choice? choice) => choice switch
    {
        null or Choice.Keep => Decide(target, null, Chosen.ReasonOf(choice) ?? "it was left alone before"),
        _ when WeightFormat.Of(choice) is { } format => Decide(target, format, ""),
        _ => throw new DiagnosticException(MethodCodes.BadRanks, $"'{choice.Text}' is decided for '{target.Name}', where this step takes bits.", _options.Position),
    };

    private static (WeightTarget Target, WeightFormat? Format, string? Reason) Decide(WeightTarget target, WeightFormat? format, string absent) => format switch
    {
        _ when target.Layer.Obstacle is { } obstacle => (target, null, obstacle),
        null => (target, null, absent),
        _ when format.Bits >= ElementTypes.Bits(target.Layer.ElementType) => (target, null, $"its numbers are {ElementTypes.Name(target.Layer.ElementType)} already"),
        _ => (target, format, null),
    };

    private LayerOutcome Outcome(WeightTarget target, string? reason, RoundedWeight? weight, ProvenModel result, IReadOnlyDictionary<string, long> before)
    {
        var layer = target.Layer;
        var macs = layer.Kind == LayerKind.Other || layer.WeightShape.Length == 0 ? null : ModelStatistics.Macs(layer, _context.Shapes);
        var outcome = new LayerOutcome { Layer = target.Name, ParametersBefore = layer.WeightCount, ParametersAfter = layer.WeightCount, MacsBefore = macs, MacsAfter = macs, Reason = reason };
        if (weight is null)
        {
            return outcome;
        }

        var bytes = before[layer.Weight];
        return result.Bytes.TryGetValue(layer.Weight, out var after)
            ? outcome with { Bits = weight.Tensor.Format.Choice.Count, BytesBefore = bytes, BytesAfter = after, RelativeError = weight.RelativeError, Note = Note(bytes, after, weight.Note) }
            : outcome with { Reason = weight.Obstacle ?? result.Undone.GetValueOrDefault(layer.Weight) ?? "it would not be smaller" };
    }

    private static string Note(long before, long after, string? more) => string.Create(CultureInfo.InvariantCulture, $"{before:#,0} → {after:#,0} bytes{(more is null ? "" : "; " + more)}");

    private DiagnosticException NothingToCompress(List<LayerOutcome> layers)
    {
        var shown = string.Join("; ", layers.Take(5).Select(layer => $"{layer.Layer}: {layer.Reason}"));
        var found = layers.Count == 0 ? "the model has no layer with a constant weight that the layer rules select" : $"none of the {layers.Count} selected layers can be made smaller ({shown}{(layers.Count > 5 ? "; …" : "")})";
        return new DiagnosticException(MethodCodes.NothingToCompress, $"there is nothing to compress: {found}. Choose other layers or fewer bits, or remove the step.", _options.Position);
    }
}
