using System.Globalization;
using ModelOptimizer.Onnx.Statistics;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>Packs rounded weights and says what became of each.</summary>
/// <param name="context">The model, which is not changed.</param>
/// <param name="position">Where the step is written.</param>
/// <param name="kernels">Makes the model in which layers compute with codes; null where none is to.</param>
internal sealed class PackedWeights(
    StepContext context, SourcePosition? position, Func<IReadOnlyList<RoundedWeight>, KernelModel>? kernels = null)
{
    /// <summary>Why a weight that could be rounded is not.</summary>
    public const string NotSmaller = "it would not be smaller";

    /// <summary>Why a weight is not rounded that a decision does not name.</summary>
    public const string LeftBefore = "it was left alone before";

    private readonly IReadOnlyDictionary<string, long> _before = StoredWeights.BytesNow(context.Model);

    /// <summary>Packs, proves, and describes every selected weight.</summary>
    /// <param name="targets">The selected weights, each with why it is not to be rounded; null where it is.</param>
    /// <param name="weights">Those that are rounded.</param>
    /// <param name="complete">Adds what the rounding itself knows to the outcome of a packed weight.</param>
    /// <exception cref="DiagnosticException">The model would not be smaller (MOC2101).</exception>
    public StepResult Pack(
        IEnumerable<(WeightTarget Target, string? Reason)> targets,
        IReadOnlyList<RoundedWeight> weights,
        Func<RoundedWeight, LayerOutcome, LayerOutcome> complete)
    {
        var computed = kernels?.Invoke(weights);
        context.Progress.Report(new MethodProgress("loading what was packed", 0, 1));
        var proven = ProvenModel.Build(
            computed is null ? context : context with { Model = computed.Model },
            [.. weights.Where(weight => weight.Obstacle is null && computed?.Left.ContainsKey(weight.Tensor.Name) != false)]);
        var rounded = weights.ToDictionary(weight => weight.Target.Name, StringComparer.Ordinal);
        List<LayerOutcome> outcomes =
        [
            .. targets.Select(selected => rounded.TryGetValue(selected.Target.Name, out var weight)
                ? Outcome(weight, proven, computed, complete)
                : Plain(selected.Target) with { SkipReason = selected.Reason }),
        ];
        // What computes with codes is worth it where the file is no smaller.
        return computed is not null || proven.Model.SizeInBytes < context.Model.SizeInBytes
            ? new StepResult(proven.Model, outcomes)
            : throw NothingToCompress(outcomes);
    }

    private LayerOutcome Outcome(
        RoundedWeight weight,
        ProvenModel proven,
        KernelModel? computed,
        Func<RoundedWeight, LayerOutcome, LayerOutcome> complete)
    {
        var name = weight.Target.Layer.Weight;
        var plain = Plain(weight.Target);
        if (computed?.Bytes.TryGetValue(name, out var after) != true && !proven.Bytes.TryGetValue(name, out after))
        {
            var undone = proven.Undone.GetValueOrDefault(name) ?? computed?.Undone.GetValueOrDefault(name);
            return plain with { SkipReason = weight.Obstacle ?? undone ?? NotSmaller };
        }

        var before = _before[name];
        return complete(weight, plain with
        {
            BytesBefore = before,
            BytesAfter = after,
            RelativeError = weight.RelativeError,
            Note = string.Join("; ", new[] { string.Create(CultureInfo.InvariantCulture, $"{before:#,0} → {after:#,0} bytes"), Form(), weight.Note }
                .OfType<string>()),
        });

        string? Form() => computed is null ? null : computed.Left.TryGetValue(name, out var reason) ? $"stored, since {reason}" : computed.Form;
    }

    private LayerOutcome Plain(WeightTarget target)
    {
        var layer = target.Layer;
        var macs = layer.Kind == LayerKind.Other || layer.WeightShape.Length == 0 ? null : ModelStatistics.Macs(layer, context.Shapes);
        return new LayerOutcome
        {
            Layer = layer.Name,
            ParametersBefore = layer.WeightCount,
            ParametersAfter = layer.WeightCount,
            MacsBefore = macs,
            MacsAfter = macs,
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
            $"there is nothing to compress: {found}. Choose other layers or fewer bits, or remove the step.",
            position);
    }
}
