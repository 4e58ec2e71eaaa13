using System.Globalization;
using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Timing;

/// <summary>
/// Changes what measured times are against. With <c>storage: auto</c> a chain becomes stored factors unless it is faster than its layer. Other rewrites
/// that do not make the model faster are undone: all of them for <c>keep: faster</c>, the worst one after the other until a latency gate holds.
/// </summary>
internal sealed class TimedReverts(JobContext job, ModelCompressor compressor, ModelExaminer examiner, LayerTimer timer)
{
    /// <summary>The model without its slow rewrites, and the times of all that were measured.</summary>
    public (CompressedModel Model, IReadOnlyList<LayerTime> Times) Apply(CompressedModel compressed)
    {
        var times = timer.Measure(compressed);
        var changes = Stored(compressed, times);
        var stored = changes.Keys.ToHashSet(StringComparer.Ordinal);
        var slow = times.Where(time => time.Ratio >= 1 && !stored.Contains(time.Layer)).OrderByDescending(time => time.Ratio).ToList();
        var reverted = new HashSet<string>(StringComparer.Ordinal);
        void Revert(LayerTime time)
        {
            reverted.Add(time.Layer);
            changes[time.Layer] = new Choice.Keep(Reason(time));
        }

        slow.Where(time => MustBeFaster(compressed, time.Layer)).ToList().ForEach(Revert);
        var result = Changed(compressed, changes);
        foreach (var next in slow.Where(time => !reverted.Contains(time.Layer)).ToList())
        {
            if (LatencyHolds(result))
            {
                break;
            }

            Revert(next);
            result = Changed(compressed, changes);
        }

        return (result, [.. times.Select(time => time with { Reverted = reverted.Contains(time.Layer), Stored = stored.Contains(time.Layer) })]);
    }

    // What could not be measured is stored as well: that is no slower for sure.
    private Dictionary<string, Choice> Stored(CompressedModel compressed, IReadOnlyList<LayerTime> times) =>
        compressed
            .Steps.Zip(job.Model.Steps)
            .Where(pair => pair.Second.Storage == FactorStorage.Auto)
            .SelectMany(pair => pair.First.Layers)
            .Where(layer => layer.Choice is Choice.Ranks && !times.Any(time => time.Layer == layer.Layer && time.Ratio < 1))
            .ToDictionary(layer => layer.Layer, Choice (layer) => ((Choice.Ranks)layer.Choice) with { IsStored = true }, StringComparer.Ordinal);

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
        compressed.Steps.Zip(job.Model.Steps).Any(pair => pair.Second.Keep == KeepRule.Faster && IsRewritten(pair.First, layer));

    private static bool IsRewritten(StepReport step, string layer) => step.Layers.Any(outcome => outcome.Layer == layer && outcome.Choice is not Choice.Keep);

    private CompressedModel Changed(CompressedModel compressed, Dictionary<string, Choice> changes)
    {
        if (changes.Count == 0)
        {
            return compressed;
        }

        var choices = new List<IReadOnlyDictionary<string, Choice>?>();
        var isDifferent = false;
        foreach (var (step, plan, decided) in compressed.Steps.Zip(job.Model.Steps, compressed.Choices))
        {
            var isChanged = changes.Keys.Any(layer => IsRewritten(step, layer));
            // A step behind one that comes out differently meets other layers and decides again, unless times or a search decide for it.
            choices.Add(isDifferent && !isChanged && !plan.IsSearched
                ? null
                : decided.ToDictionary(
                    layer => layer.Key,
                    layer => layer.Value is not Choice.Keep && changes.TryGetValue(layer.Key, out var change) ? change : layer.Value,
                    StringComparer.Ordinal));
            isDifferent |= isChanged;
        }

        return compressor.Compress(choices);
    }

    private static string Reason(LayerTime time) =>
        string.Create(CultureInfo.InvariantCulture, $"reverted: it took {time.Ratio:0.00} times as long as the original layer");
}
