namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>A step's options, checked.</summary>
internal sealed record NnBcdOptions
{
    private const double Smallest = 1e-12;
    private const double Largest = 1e12;

    /// <summary>Whether each layer is fitted to itself alone (an adaptation) instead of training the network.</summary>
    public bool LayerByLayer { get; init; }

    /// <summary>Whether everything is as in the published code: no rule against a worse Ŵ, biases as they are, one array for W and its pruned copy.</summary>
    public bool Published { get; init; }

    /// <summary>Whether a Ŵ that is farther from W than the one before is refused.</summary>
    public bool Safeguard { get; init; } = true;

    public Start Start { get; init; }

    /// <summary>Whether the target is the labels, one-hot; otherwise what the original model gives.</summary>
    public bool Labels { get; init; }

    /// <summary>γ as written; null when it is not.</summary>
    public double? Gamma { get; init; }

    /// <summary>ρ as written; null when it is not.</summary>
    public double? Rho { get; init; }

    /// <summary>τ as written; null when it is not.</summary>
    public double? Tau { get; init; }

    /// <summary>α as written; null when it is not.</summary>
    public double? Alpha { get; init; }

    /// <summary>Tensor-train ranks by layer; null when none are given.</summary>
    public LayerMap<RankSpec>? Rank { get; init; }

    /// <summary>Mode sizes by layer; null lets the shapes decide.</summary>
    public LayerMap<IReadOnlyList<int>>? Modes { get; init; }

    /// <summary>Share of zeros by layer; null when none are given.</summary>
    public LayerMap<double>? Sparsity { get; init; }

    /// <summary>The layers; null is every layer the mode takes.</summary>
    public LayerRules? Layers { get; init; }

    public int Sweeps { get; init; }

    /// <summary>ε of ‖ΔP‖² ≤ ε·max(1, ‖P‖²).</summary>
    public double Tolerance { get; init; }

    /// <summary>Whether what runs fast is preferred to what is small.</summary>
    public bool Speed { get; init; }

    /// <summary>Where the step is written.</summary>
    public SourcePosition? Position { get; init; }

    /// <summary>Where an option is written.</summary>
    public required Func<string, SourcePosition?> PositionOf { get; init; }

    public static IReadOnlyList<MethodOption> Declarations { get; } =
    [
        new("mode", OptionKind.Choice, "network trains the chain of layers at the model's end (the paper's method); layer fits each layer to itself alone, in any graph (an adaptation).", "network") { Choices = ["network", "layer"] },
        new("variant", OptionKind.Choice, "monotone lets no step raise the objective and trains biases; published is the authors' code.", "monotone") { Choices = ["monotone", "published"] },
        new("safeguard", OptionKind.Choice, "Whether a compressed copy that is farther from its weights than the one before is refused; absent, on, and off in the published variant.") { Choices = ["on", "off"] },
        new("start", OptionKind.Choice, "The weights to begin with: the model's own, or one of the paper's random initialisers.", "trained") { Choices = [.. StartingWeights.Words] },
        new("target", OptionKind.Choice, "What the outputs shall become: the original's outputs, or the labels; absent, teacher for trained weights, and labels otherwise and in the published variant.") { Choices = ["teacher", "labels"] },
        new("rank", OptionKind.Ranks, "The largest rank of a layer's tensor train: 40, one for each bond, 10%, or a map from layer rule to one of these."),
        new("modes", OptionKind.Modes, "The sizes into which a layer's weight is cut, rows first: [4, 4, 4, 8], or a map from layer rule to such lists; absent, small factors of both sides."),
        new("sparsity", OptionKind.Shares, "The share of a layer's weights that become zero: 90%, or a map from layer rule to shares.") { Minimum = 0, Maximum = 1 },
        new("layers", OptionKind.Layers, "Which layers are compressed; absent, all but the last one and convolutions, or in mode layer every layer."),
        new("sweeps", OptionKind.Integer, "The most sweeps over all blocks; 0 compresses the weights as they are.", "100") { Minimum = 0, Maximum = 1_000_000 },
        new("tolerance", OptionKind.Number, "Ends the sweeps when the squared change of all variables is below this share of their squared norm.", "1e-9") { Minimum = 0, Maximum = 1 },
        new("gamma", OptionKind.Number, "γ, the weight of the gap between activations and their copies; absent, 10 from trained weights and 5 otherwise.") { Minimum = Smallest, Maximum = Largest },
        new("rho", OptionKind.Number, "ρ, the weight of the gap between pre-activations and their copies; absent, as gamma, and 1 in mode layer.") { Minimum = Smallest, Maximum = Largest },
        new("tau", OptionKind.Number, "τ, the weight of the gap between weights and their compressed copies; absent, ρ times the samples from trained weights, 0.1 otherwise, and 30 in mode layer.") { Minimum = Smallest, Maximum = Largest },
        new("alpha", OptionKind.Number, "α, the weight of what a step may change; absent, 1 from random weights and 0.1 otherwise, and 0.001 in mode layer.") { Minimum = Smallest, Maximum = Largest },
        new("prefer", OptionKind.Choice, "size stores as few numbers as possible; speed applies a tensor train's two factors to the activations where it can be cut in two.", "size") { Choices = ["size", "speed"] },
    ];

    /// <exception cref="DiagnosticException">The options contradict each other, or give no goal.</exception>
    public static NnBcdOptions From(MethodArguments arguments)
    {
        double? Weight(string option) => arguments.Values.ContainsKey(option) ? arguments.Get<double>(option) : null;
        var (published, layerByLayer) = (arguments.Is("variant", "published"), arguments.Is("mode", "layer"));
        var start = arguments.TryGet<string>("start", out var word) ? StartingWeights.Parse(word) : Start.Trained;
        var target = arguments.TryGet<string>("target", out var written) ? written : published || start != Start.Trained ? "labels" : "teacher";
        var options = new NnBcdOptions
        {
            LayerByLayer = layerByLayer,
            Published = published,
            Safeguard = arguments.TryGet<string>("safeguard", out var safeguard) ? safeguard == "on" : !published,
            Start = start,
            Labels = target == "labels",
            Gamma = Weight("gamma"),
            Rho = Weight("rho"),
            Tau = Weight("tau"),
            Alpha = Weight("alpha"),
            Rank = arguments.TryGet<LayerMap<RankSpec>>("rank", out var rank) ? rank : null,
            Modes = arguments.TryGet<LayerMap<IReadOnlyList<int>>>("modes", out var modes) ? modes : null,
            Sparsity = arguments.TryGet<LayerMap<double>>("sparsity", out var sparsity) ? sparsity : null,
            Layers = arguments.TryGet<LayerRules>("layers", out var layers) ? layers : null,
            Sweeps = arguments.Values.ContainsKey("sweeps") ? arguments.Get<int>("sweeps") : 100,
            Tolerance = arguments.TryGet<double>("tolerance", out var tolerance) ? tolerance : 1e-9,
            Speed = arguments.Is("prefer", "speed"),
            Position = arguments.Position,
            PositionOf = arguments.PositionOf,
        };
        options.Check(arguments);
        return options;
    }

    /// <summary>
    /// The weights of the terms for a number of samples. F sums over samples, so from trained weights a τ of ρ times their number holds W as near to Ŵ as to the data.
    /// Random weights get the paper's, and single layers, whose Σ is a mean, numbers of their own.
    /// </summary>
    public Penalties PenaltiesFor(int samples)
    {
        if (LayerByLayer)
        {
            return new Penalties(1, Rho ?? 1, Tau ?? 30, Alpha ?? 1e-3);
        }

        var trained = Start == Start.Trained;
        var gamma = Gamma ?? (trained ? 10 : 5);
        var rho = Rho ?? gamma;
        return new Penalties(gamma, rho, Tau ?? (trained ? rho * samples : 0.1), Alpha ?? (trained ? 0.1 : 1));
    }

    private void Check(MethodArguments arguments)
    {
        if (Rank is null && Sparsity is null)
        {
            throw new DiagnosticException(MethodCodes.NoGoal, "the step does not say how its layers shall be compressed. Give 'rank: 40' for tensor trains, 'sparsity: 90%' for pruning, or both with a map from layer rules.", Position);
        }

        if (Modes is not null && Rank is null)
        {
            throw new DiagnosticException(MethodCodes.OptionWithoutUse, "'modes' cuts weights for tensor trains, and the step has none. Add 'rank', or remove it.", PositionOf("modes"));
        }

        string[] ofNetworks = ["start", "target", "gamma", "variant"];
        if (LayerByLayer && ofNetworks.FirstOrDefault(arguments.IsWritten) is { } useless)
        {
            throw new DiagnosticException(MethodCodes.OptionWithoutUse, $"'{useless}' is about training the network, and 'mode: layer' trains none. Remove it.", PositionOf(useless));
        }

        if (Published && !Labels)
        {
            throw new DiagnosticException(MethodCodes.OptionWithoutUse, "the published variant knows labels only. Remove 'target: teacher', or 'variant: published'.", PositionOf("target"));
        }
    }
}
