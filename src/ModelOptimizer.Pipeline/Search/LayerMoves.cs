namespace ModelOptimizer.Pipeline.Search;

/// <summary>A candidate that differs from another one in one layer.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Bytes">By how much the model changes.</param>
/// <param name="Penalty">By how much the expected damage changes.</param>
/// <param name="Chosen">What the candidate does to all layers.</param>
/// <param name="Note">What changed, in words.</param>
internal sealed record LayerMove(string Layer, double Bytes, double Penalty, IReadOnlyDictionary<string, Option> Chosen, string Note);

/// <summary>Changes of one layer at a time.</summary>
internal sealed class LayerMoves(SearchSpace space)
{
    /// <summary>For every layer that can: the option nearest to its own that is at least <paramref name="bytes"/> smaller.</summary>
    public IEnumerable<LayerMove> Down(IReadOnlyDictionary<string, Option> chosen, double bytes) =>
        Moves(chosen, (front, now) => front.LastOrDefault(option => option.Choice.Bytes <= now.Choice.Bytes - bytes));

    /// <summary>For every layer that can: the option nearest to its own that is at least <paramref name="bytes"/> larger; the layer as it was when none is.</summary>
    public IEnumerable<LayerMove> Up(IReadOnlyDictionary<string, Option> chosen, double bytes) =>
        Moves(chosen, (front, now) => now.IsKeep ? null : front.FirstOrDefault(option => option.Choice.Bytes >= now.Choice.Bytes + bytes) ?? front[^1]);

    private IEnumerable<LayerMove> Moves(IReadOnlyDictionary<string, Option> chosen, Func<IReadOnlyList<Option>, Option, Option?> next)
    {
        foreach (var layer in space.Layers)
        {
            var front = layer.Front;
            var own = chosen.GetValueOrDefault(layer.Name);
            var now = front.FirstOrDefault(option => own is null ? option.IsKeep : option.Is(own)) ?? front[^1];
            if (next(front, now) is { } option && !option.Is(now))
            {
                var changed = new Dictionary<string, Option>(chosen, StringComparer.Ordinal) { [layer.Name] = option };
                yield return new LayerMove(layer.Name, option.Choice.Bytes - now.Choice.Bytes, option.Choice.Penalty - now.Choice.Penalty, changed, $"{layer.Name}: {space.Text(now)} to {space.Text(option)}");
            }
        }
    }
}
