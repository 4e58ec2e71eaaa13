using System.Globalization;
using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Timing;

/// <summary>
/// Undoes rewrites that do not make the model faster: all of them for <c>keep: faster</c>, the worst one after the other until a latency gate holds.
/// </summary>
internal sealed class TimedReverts(JobContext job, ModelCompressor compressor, ModelExaminer examiner, LayerTimer timer)
{
    /// <summary>The model without its slow rewrites, and the times of all that were measured.</summary>
    public (CompressedModel Model, IReadOnlyList<LayerTime> Times) Apply(CompressedModel compressed)
    {
        var times = timer.Measure(compressed);
        var slow = times.Where(time => time.Ratio >= 1).OrderByDescending(time => time.Ratio).ToList();
        var reverted = slow.Where(time => MustBeFaster(compressed, time.Layer)).Select(time => time.Layer).ToHashSet(StringComparer.Ordinal);
        var result = Without(compressed, slow, reverted);
        foreach (var next in slow.Where(time => !reverted.Contains(time.Layer)).ToList())
        {
            if (LatencyHolds(result))
            {
                break;
            }

            reverted.Add(next.Layer);
            result = Without(compressed, slow, reverted);
        }

        return (result, [.. times.Select(time => time with { Reverted = reverted.Contains(time.Layer) })]);
    }

    private bool LatencyHolds(CompressedModel model)
    {
        var gates = job.Model.Gates.Where(gate => gate.Metric == GateRules.Latency).ToList();
        if (gates.Count == 0)
        {
            return true;
        }

        var time = examiner.Time(model.Model);
        return gates.TrueForAll(gate => LatencyGate.Decide(gate, time).Outcome == GateOutcome.Passed);
    }

    private bool MustBeFaster(CompressedModel compressed, string layer) =>
        compressed
            .Steps.Zip(job.Model.Steps)
            .Any(pair => pair.Second.Keep == KeepRule.Faster && pair.First.Layers.Any(outcome => outcome.Layer == layer && outcome.Choice is not Choice.Keep));

    private CompressedModel Without(CompressedModel compressed, IEnumerable<LayerTime> slow, HashSet<string> reverted)
    {
        if (reverted.Count == 0)
        {
            return compressed;
        }

        var reasons = slow.Where(time => reverted.Contains(time.Layer)).ToDictionary(time => time.Layer, Reason, StringComparer.Ordinal);
        return compressor.Compress([.. compressed.Choices.Select(step => step.ToDictionary(
            layer => layer.Key,
            layer => layer.Value is not Choice.Keep && reasons.TryGetValue(layer.Key, out var reason) ? new Choice.Keep(reason) : layer.Value,
            StringComparer.Ordinal))]);
    }

    private static string Reason(LayerTime time) =>
        string.Create(CultureInfo.InvariantCulture, $"reverted: it took {time.Ratio:0.00} times as long as the original layer");
}
