using ModelOptimizer.Methods.NnBcd.TensorTrains;
using ModelOptimizer.Methods.Ranks;

namespace ModelOptimizer.Methods.NnBcd;

/// <summary>Gives each layer the set 𝒞 that its weights shall lie in: from the options, or from choices made before.</summary>
internal sealed class WeightSets
{
    private const string NotNamed = "neither 'rank' nor 'sparsity' names it";

    private readonly NnBcdOptions _options;
    private readonly IReadOnlyDictionary<string, Choice>? _chosen;
    private readonly IReadOnlyDictionary<string, RankSpec> _ranks;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<int>> _modes;
    private readonly IReadOnlyDictionary<string, double> _sparsities;

    /// <exception cref="DiagnosticException">A rule matches nothing.</exception>
    public WeightSets(NnBcdOptions options, IReadOnlyDictionary<string, Choice>? chosen, IReadOnlyList<WeightLayer> layers)
    {
        (_options, _chosen) = (options, chosen);
        _ranks = options.Rank?.Assign(layers) ?? new Dictionary<string, RankSpec>();
        _modes = options.Modes?.Assign(layers) ?? new Dictionary<string, IReadOnlyList<int>>();
        _sparsities = options.Sparsity?.Assign(layers) ?? new Dictionary<string, double>();
    }

    /// <summary>What shall become of a layer that may be compressed.</summary>
    /// <exception cref="DiagnosticException">The options do not fit the layer.</exception>
    public SelectedLayer Of(WeightLayer layer)
    {
        var choice = _chosen?.GetValueOrDefault(layer.Name);
        var decided = Chosen.RanksOf(layer.Name, choice, _options.Position);
        if (_chosen is not null && decided is null)
        {
            return new SelectedLayer(layer, null, Chosen.ReasonOf(choice) ?? "nothing was chosen for it");
        }

        var (train, pruned) = (_ranks.TryGetValue(layer.Name, out var rank), _sparsities.TryGetValue(layer.Name, out var sparsity));
        if (train && pruned)
        {
            throw new DiagnosticException(MethodCodes.SeveralGoals, $"'{layer.Name}' gets both a rank and a sparsity, and a layer can have one of them. Use maps from layer rules, such as 'rank: {{ fc1: 40 }}' and 'sparsity: {{ fc2: 90% }}'.", _options.PositionOf("sparsity"));
        }

        var set = train ? Train(layer, rank!, decided) : pruned ? Pruned(layer, sparsity, decided) : null;
        return set is null ? new SelectedLayer(layer, null, NotNamed)
            : set.Parameters < layer.WeightCount ? new SelectedLayer(layer, set, null)
            : new SelectedLayer(layer, null, "its compressed form would not be smaller");
    }

    private WeightSet Train(WeightLayer layer, RankSpec spec, IReadOnlyList<int>? decided)
    {
        var modes = _modes.GetValueOrDefault(layer.Name) ?? ModeChoice.For(layer.OutputChannels, (int)(layer.WeightCount / layer.OutputChannels));
        if (modes.Count < 2 || modes.Aggregate(1L, (product, mode) => product * mode) != layer.WeightCount)
        {
            throw new DiagnosticException(MethodCodes.BadModes, $"the modes [{string.Join(", ", modes)}] of '{layer.Name}' do not fit it: expected at least two sizes whose product is {layer.WeightCount} ({layer.OutputChannels} outputs of {layer.WeightCount / layer.OutputChannels} weights).", _options.PositionOf("modes"));
        }

        var bonds = decided ?? spec switch
        {
            { Fraction: { } fraction } => [.. TensorTrainRanks.Full(modes).Select(full => Math.Max(1, (int)Math.Round(fraction * full)))],
            { Ranks: [var same] } => [.. Enumerable.Repeat(same, modes.Count - 1)],
            _ => spec.Ranks,
        };
        return bonds.Count == modes.Count - 1 && bonds.All(bond => bond > 0)
            ? new WeightSet(modes, TensorTrainRanks.Limited(modes, bonds))
            : throw new DiagnosticException(MethodCodes.BadRanks, $"the ranks [{string.Join(", ", bonds)}] of '{layer.Name}' do not fit its {modes.Count} modes: expected one whole number from 1 up, {modes.Count - 1} of them, or a percentage.", _options.PositionOf("rank"));
    }

    private static WeightSet Pruned(WeightLayer layer, double sparsity, IReadOnlyList<int>? decided) =>
        WeightSet.Pruned(decided?[0] ?? (int)Math.Floor((1 - sparsity) * layer.WeightCount + 1e-9));
}
