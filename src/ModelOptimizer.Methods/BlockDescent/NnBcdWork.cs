using System.Globalization;

namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>One run's layers and the sets they shall lie in, and what the run needs.</summary>
internal sealed class NnBcdWork
{
    private const string NotSelected = "not selected; trained without compression";

    private readonly StepContext _context;
    private readonly NnBcdOptions _options;

    /// <exception cref="DiagnosticException">The options do not fit the model.</exception>
    public NnBcdWork(StepContext context, NnBcdOptions options, IReadOnlyDictionary<string, Choice>? chosen)
    {
        (_context, _options) = (context, options);
        var all = LayerFinder.FindAll(context.Model);
        var sets = new WeightSets(options, chosen, all);
        if (options.LayerByLayer)
        {
            var selected = options.Layers is { } rules ? LayerSelector.Select(all, rules) : all;
            Layers = [.. selected.Select(layer => Obstacle(layer, context.Shapes) is { } obstacle ? new SelectedLayer(layer, null, obstacle) : sets.Of(layer))];
            return;
        }

        var chosenLayers = options.Layers is { } written
            ? LayerSelector.Select(all, written).Select(layer => layer.Name).ToHashSet(StringComparer.Ordinal)
            : null;
        Chain = LayerChain.Find(
            context.Model,
            context.Shapes,
            options.Position,
            options.Labels,
            chosenLayers is null ? null : layer => chosenLayers.Contains(layer.Name));
        Trained = [.. OfChain(Chain, sets, chosenLayers)];
        var byName = Trained.ToDictionary(layer => layer.Layer.Name, StringComparer.Ordinal);
        var whyNot = Chain.WhyNot(context.Model);
        Layers =
        [
            .. all.Where(layer => byName.ContainsKey(layer.Name) || chosenLayers?.Contains(layer.Name) != false)
                .Select(layer => byName.GetValueOrDefault(layer.Name) ?? new SelectedLayer(layer, null, whyNot(layer))),
        ];
    }

    /// <summary>Why a layer is left alone in mode layer, whatever the options; null when it may be taken.</summary>
    public static string? Obstacle(WeightLayer layer, IReadOnlyDictionary<string, long[]> shapes) =>
        layer.Obstacle ?? OtherKind.Obstacle(layer) ?? SingleVector.Obstacle(layer, shapes);

    /// <summary>The chain to train; null in mode layer.</summary>
    public LayerChain? Chain { get; }

    /// <summary>The selected layers; of a network, all that are trained besides.</summary>
    public IReadOnlyList<SelectedLayer> Layers { get; }

    /// <summary>Of a network, the layers that are trained, first to last; none in mode layer.</summary>
    public IReadOnlyList<SelectedLayer> Trained { get; } = [];

    public MethodPlan Plan =>
        Chain is null
            ? new MethodPlan(
                Names,
                (long)Layers.Sum(layer => 3 * 8 * Math.Pow(Width(layer.Layer), 2)),
                Layers.Sum(layer => Math.Pow(Width(layer.Layer), 3) + (_options.Sweeps * 4.0 * layer.Layer.WeightCount * Width(layer.Layer)))
            )
            : new MethodPlan(Names, NetworkBytes(Samples), NetworkFlops(Samples));

    private IReadOnlyList<string> Names => [.. Layers.Where(layer => layer.Set is not null).Select(layer => layer.Layer.Name)];

    private long Samples => _context.Calibration?.Count ?? 0;

    /// <exception cref="DiagnosticException">The variables of the network do not fit into memory.</exception>
    public void RequireMemory()
    {
        if (Chain is not null)
        {
            MachineMemory.Require(Plan.PeakBytes, string.Create(CultureInfo.InvariantCulture, $"training on {Samples:#,0} samples"), Advice, _options.Position);
        }
    }

    /// <exception cref="DiagnosticException">A weight or bias that takes part is not finite.</exception>
    public void RequireFinite()
    {
        var constants = new ConstantLookup(_context.Model.Graph);
        foreach (var layer in (Chain is not null ? Trained : Layers.Where(layer => layer.Set is not null)).Select(layer => layer.Layer))
        {
            bool IsBroken(string? name) => constants.Find(name) is { } constant && !WeightValues.ReadDoubles(constant.Tensor).All(double.IsFinite);
            if (new[] { layer.Weight, layer.Bias }.FirstOrDefault(IsBroken) is { } wrong)
            {
                throw new DiagnosticException(
                    MethodCodes.NotFinite,
                    $"the tensor '{wrong}' of '{layer.Name}' has numbers that are not finite (NaN or infinity), which nothing can be fitted to. Check the "
                        + $"model, or leave the layer out in 'mode: layer': 'layers: [\"!{layer.Name}\"]'.",
                    _options.Position);
            }
        }
    }

    private string Advice(long available)
    {
        var perSample = (NetworkBytes(Samples) - NetworkBytes(0)) / (double)Math.Max(1, Samples);
        var fitting = Math.Max(0, Math.Floor((available - NetworkBytes(0)) / perSample));
        return string.Create(CultureInfo.InvariantCulture, $"Write 'calibrate: {{ …, samples: {fitting:0} }}' or fewer, or 'mode: layer'.");
    }

    private static IEnumerable<SelectedLayer> OfChain(LayerChain chain, WeightSets sets, HashSet<string>? selected)
    {
        for (var i = 0; i < chain.Layers.Count; i++)
        {
            var layer = chain.Layers[i].Layer;
            var isLast = i == chain.Layers.Count - 1;
            var reason = layer.Kind == LayerKind.Conv ? "the first convolution of a network stays as large as it is, and is trained"
                : selected is null && isLast && chain.Layers.Count > 1 ? "the last layer stays as large as it is, and is trained"
                : selected?.Contains(layer.Name) == false ? NotSelected
                : null;
            yield return reason is null ? sets.Of(layer) : new SelectedLayer(layer, null, reason);
        }
    }

    // V_0, Y; U, V and WV of each layer and copies of two; a Gram matrix and its factor; the weights with their copies.
    private long NetworkBytes(long samples)
    {
        var first = Chain!.Layers[0].Layer;
        var windows = first.Kind == LayerKind.Conv && _context.Shapes.ContainsKey(first.Node.Output[0]) ? ChainData.Windows(_context, first) : 1;
        // In the middle of a model a sample may have several vectors.
        samples *= first.Kind != LayerKind.Conv && _context.Shapes.GetValueOrDefault(first.Input) is { Length: > 2 } shape ? shape[1..^1].Product() : 1;
        double[] variables = [.. Chain.Layers.Select((layer, i) => (double)layer.Weight.Rows * samples * (i == 0 ? windows : 1))];
        var data = ((double)Width(first) * windows * samples) + ((double)Chain.Layers[^1].Weight.Rows * samples);
        var systems = Chain.Layers.Max(layer => 2 * Math.Pow(Math.Min(Width(layer.Layer), samples), 2));
        var weights = Chain.Layers.Sum(layer => 5.0 * layer.Weight.Values.Length);
        return (long)(8 * (data + (3 * variables.Sum()) + (3 * variables.Max()) + systems + weights));
    }

    // The Gram matrix of a layer's inputs, its factor, and six products with the weights.
    private double NetworkFlops(long samples) => _options.Sweeps * Chain!.Layers.Sum(layer =>
    {
        double inputs = Width(layer.Layer), outputs = layer.Weight.Rows;
        return (inputs * inputs * samples) + (Math.Pow(inputs, 3) / 3) + (2 * outputs * inputs * inputs) + (8 * outputs * inputs * samples);
    });

    private static int Width(WeightLayer layer) => (int)(layer.WeightCount / Math.Max(1, layer.OutputChannels));
}

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
            throw new DiagnosticException(
                MethodCodes.SeveralGoals,
                $"'{layer.Name}' gets both a rank and a sparsity, and a layer can have one of them. Use maps from layer rules, such as 'rank: {{ fc1: 40 }}' "
                    + $"and 'sparsity: {{ fc2: 90% }}'.",
                _options.PositionOf("sparsity")
            );
        }

        var set = train ? Train(layer, rank!, decided) : pruned ? Pruned(layer, sparsity, decided) : null;
        return set is null ? new SelectedLayer(layer, null, NotNamed)
            : set.Parameters < layer.WeightCount ? new SelectedLayer(layer, set, null)
            : new SelectedLayer(layer, null, "its compressed form would not be smaller");
    }

    private WeightSet Train(WeightLayer layer, RankSpec spec, IReadOnlyList<int>? decided)
    {
        var modes = _modes.GetValueOrDefault(layer.Name) ?? ModeChoice.For(layer.OutputChannels, (int)(layer.WeightCount / layer.OutputChannels));
        if (modes.Count < 2 || modes.Select(mode => (long)mode).Product() != layer.WeightCount)
        {
            throw new DiagnosticException(
                MethodCodes.BadModes,
                $"the modes [{string.Join(", ", modes)}] of '{layer.Name}' do not fit it: expected at least two sizes whose product is {layer.WeightCount} "
                    + $"({layer.OutputChannels} outputs of {layer.WeightCount / layer.OutputChannels} weights).",
                _options.PositionOf("modes")
            );
        }

        var bonds = decided ?? spec switch
        {
            { Fraction: { } fraction } => [.. TensorTrainRanks.Full(modes).Select(full => Math.Max(1, (int)Math.Round(fraction * full)))],
            { Ranks: [var same] } => [.. Enumerable.Repeat(same, modes.Count - 1)],
            _ => spec.Ranks,
        };
        return bonds.Count == modes.Count - 1 && bonds.All(bond => bond > 0)
            ? new WeightSet(modes, TensorTrainRanks.Limited(modes, bonds))
            : throw new DiagnosticException(
                MethodCodes.BadRanks,
                $"the ranks [{string.Join(", ", bonds)}] of '{layer.Name}' do not fit its {modes.Count} modes: expected one whole number from 1 up, "
                    + $"{modes.Count - 1} of them, or a percentage.",
                _options.PositionOf("rank")
            );
    }

    private static WeightSet Pruned(WeightLayer layer, double sparsity, IReadOnlyList<int>? decided) =>
        WeightSet.Pruned(decided?[0] ?? (int)Math.Floor((1 - sparsity) * layer.WeightCount + 1e-9));
}
