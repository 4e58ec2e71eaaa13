using ModelOptimizer.Methods.Search;

namespace ModelOptimizer.Pipeline.Search;

/// <summary>Changes of one layer at a time.</summary>
internal sealed class LayerMoves(ISearchSpace space)
{
    private readonly Dictionary<string, LayerChoices> _layers = space.Layers.ToDictionary(layer => layer.Layer, StringComparer.Ordinal);

    /// <summary>For every layer that can: the choice nearest to its own that is at least <paramref name="bytes"/> smaller.</summary>
    public IEnumerable<LayerMove> Down(IReadOnlyDictionary<string, LayerDecision> decisions, double bytes) =>
        Moves(decisions, (choices, now) => choices.LastOrDefault(choice => choice.Bytes <= now.Bytes - bytes));

    /// <summary>For every layer that can: the choice nearest to its own that is at least <paramref name="bytes"/> larger; the layer as it was when none is.</summary>
    public IEnumerable<LayerMove> Up(IReadOnlyDictionary<string, LayerDecision> decisions, double bytes) =>
        Moves(decisions, (choices, now) => now.Ranks.Count == 0 ? null : choices.FirstOrDefault(choice => choice.Bytes >= now.Bytes + bytes) ?? choices[^1]);

    private IEnumerable<LayerMove> Moves(IReadOnlyDictionary<string, LayerDecision> decisions, Func<IReadOnlyList<LayerChoice>, LayerChoice, LayerChoice?> next)
    {
        foreach (var (name, layer) in _layers)
        {
            var now = Now(layer, decisions.GetValueOrDefault(name));
            if (next(layer.Choices, now) is { } choice && choice != now)
            {
                var changed = new Dictionary<string, LayerDecision>(decisions, StringComparer.Ordinal) { [name] = new LayerDecision(choice.Ranks) };
                yield return new LayerMove(name, choice.Bytes - now.Bytes, choice.Penalty - now.Penalty, changed, $"{name}: {Text(now)} to {Text(choice)}");
            }
        }
    }

    private static LayerChoice Now(LayerChoices layer, LayerDecision? decision) =>
        layer.Choices.FirstOrDefault(choice => choice.Ranks.SequenceEqual(decision?.Ranks ?? [])) ?? layer.Choices[^1];

    private static string Text(LayerChoice choice) => choice.Ranks.Count == 0 ? "as it is" : string.Join('×', choice.Ranks);
}
