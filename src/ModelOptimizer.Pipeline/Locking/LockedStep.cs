using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Pipeline.Timing;

namespace ModelOptimizer.Pipeline.Locking;

/// <summary>What one step decided.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Layers">The ranks of every compressed layer, in the model's order.</param>
/// <param name="Reverted">Layers whose rewrite was undone because it measured slower.</param>
public sealed record LockedStep(string Method, IReadOnlyDictionary<string, LockedRanks> Layers, IReadOnlyList<string> Reverted)
{
    private const string RevertedReason = "reverted: it measured slower when the lock file was made";

    /// <summary>What the step did.</summary>
    public static LockedStep Of(StepReport step, IReadOnlyList<LayerTime> times) => new(
        step.Method,
        step.Layers.Where(layer => layer.Ranks.Count > 0).ToDictionary(layer => layer.Layer, layer => new LockedRanks(layer.Ranks), StringComparer.Ordinal),
        [.. step.Layers.Where(layer => layer.Ranks.Count == 0 && times.Any(time => time.Reverted && time.Layer == layer.Layer)).Select(layer => layer.Layer)]);

    /// <summary>All decisions in one text, for the cache's key.</summary>
    public static string Text(IEnumerable<LockedStep> steps) => string.Join('\n', steps.Select(step =>
        $"{step.Method}: {string.Join("; ", step.Layers.Select(layer => $"{layer.Key} {string.Join(' ', layer.Value.Ranks)}"))}; without {string.Join("; ", step.Reverted)}"));

    /// <summary>The decisions that lead to the same model.</summary>
    public IReadOnlyDictionary<string, LayerDecision> Decisions() => Layers
        .Select(layer => KeyValuePair.Create(layer.Key, new LayerDecision(layer.Value.Ranks)))
        .Concat(Reverted.Select(layer => KeyValuePair.Create(layer, new LayerDecision([], RevertedReason))))
        .ToDictionary(StringComparer.Ordinal);
}
