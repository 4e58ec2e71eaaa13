using System.Globalization;
using ModelOptimizer.Methods.Quantization.Stored;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>One run: which weights become what.</summary>
internal sealed class QuantizeWork
{
    private readonly MethodContext _context;
    private readonly QuantizeOptions _options;
    private readonly WeightRounder _rounder;
    private readonly IReadOnlyList<(WeightTarget Target, WeightFormat? Format, string? Reason)> _layers;

    /// <exception cref="DiagnosticException">A layer rule matches nothing.</exception>
    public QuantizeWork(MethodContext context, QuantizeOptions options)
    {
        (_context, _options) = (context, options);
        _rounder = new WeightRounder(context, options.UnderMoments, options.Position);
        var targets = TargetFinder.Find(context.Model);
        WeightLayer[] all = [.. targets.Select(target => target.Layer)];
        var selected = LayerSelector.Select(all, options.Layers).Select(layer => layer.Name).ToHashSet(StringComparer.Ordinal);
        var formats = options.Weights.Assign(all);
        _layers = [.. targets.Where(target => selected.Contains(target.Name)).Select(target => Decide(target, formats.GetValueOrDefault(target.Name)))];
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
    public MethodResult Run()
    {
        var chosen = _layers.Where(layer => layer.Format is not null).ToList();
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
        List<LayerOutcome> outcomes = [.. _layers.Select(layer => Outcome(layer.Target, layer.Reason, rounded.GetValueOrDefault(layer.Target.Name), result, before))];
        return result.Model.SizeInBytes < _context.Model.SizeInBytes ? new MethodResult(result.Model, outcomes) : throw NothingToCompress(outcomes);
    }

    private (WeightTarget Target, WeightFormat? Format, string? Reason) Decide(WeightTarget target, string? format)
    {
        var decision = _context.Decisions?.GetValueOrDefault(target.Name);
        var word = _context.Decisions is null ? format : decision?.Weights;
        if (target.Layer.Obstacle is { } obstacle)
        {
            return (target, null, obstacle);
        }

        if (word is null || WeightFormat.Find(word) is not { } found)
        {
            return (target, null, decision?.Reason ?? (_context.Decisions is null ? "no rule of 'weights' names it" : "decided before"));
        }

        return found.Bits < ElementTypes.Bits(target.Layer.ElementType) ? (target, found, null) : (target, null, $"its numbers are {ElementTypes.Name(target.Layer.ElementType)} already");
    }

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
            ? outcome with { Weights = weight.Tensor.Format.Name, BytesBefore = bytes, BytesAfter = after, RelativeError = weight.RelativeError, Note = Note(bytes, after, weight.Note) }
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
