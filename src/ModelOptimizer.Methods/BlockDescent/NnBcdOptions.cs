namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>A step's options, checked.</summary>
internal sealed record NnBcdOptions
{
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

    /// <exception cref="DiagnosticException">The options give no goal.</exception>
    public static NnBcdOptions From(MethodArguments arguments)
    {
        var (published, start) = (arguments.Get(NnBcdKeys.Published), arguments.Get(NnBcdKeys.Start));
        var options = new NnBcdOptions
        {
            LayerByLayer = arguments.Get(NnBcdKeys.LayerByLayer),
            Published = published,
            Safeguard = arguments.Get(NnBcdKeys.Safeguard) ?? !published,
            Start = start,
            Labels = arguments.Get(NnBcdKeys.Labels) ?? (published || start != Start.Trained),
            Gamma = arguments.Get(NnBcdKeys.Gamma),
            Rho = arguments.Get(NnBcdKeys.Rho),
            Tau = arguments.Get(NnBcdKeys.Tau),
            Alpha = arguments.Get(NnBcdKeys.Alpha),
            Rank = arguments.Get(NnBcdKeys.Rank),
            Modes = arguments.Get(NnBcdKeys.Modes),
            Sparsity = arguments.Get(NnBcdKeys.Sparsity),
            Layers = arguments.Get(NnBcdKeys.Layers),
            Sweeps = arguments.Get(NnBcdKeys.Sweeps),
            Tolerance = arguments.Get(NnBcdKeys.Tolerance),
            Speed = arguments.Get(NnBcdKeys.Speed),
            Position = arguments.Position,
            PositionOf = arguments.PositionOf,
        };
        return options.Rank is not null || options.Sparsity is not null
            ? options
            : throw new DiagnosticException(
                MethodCodes.NoGoal,
                "the step does not say how its layers shall be compressed. Give 'rank: 40' for tensor trains, 'sparsity: 90%' for pruning, or both with a "
                + "map from layer rules.",
                arguments.Position);
    }

    /// <summary>
    /// The weights of the terms for a number of samples. F sums over samples, so from trained weights a τ of ρ times their number holds W as near to Ŵ as to
    /// the data. Random weights get the paper's, and single layers, whose Σ is a mean, numbers of their own.
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
}

/// <summary>The keys of a step.</summary>
internal static class NnBcdKeys
{
    public static KeySet All { get; } = new();

    public static readonly Option<bool> LayerByLayer = All.Add<bool>(new(
        "mode",
        Forms.OneOf(("network", false), ("layer", true)),
        "network trains the chain of layers with the most weights, to labels the one at the end (the paper's method); layer fits each layer to itself alone, "
            + "in any graph (an adaptation).",
        "network"));

    public static readonly Option<bool> Published = All.Add<bool>(new(
        "variant",
        Forms.OneOf(("monotone", false), ("published", true)),
        "monotone lets no step raise the objective and trains biases; published is the authors' code.",
        "monotone")
    {
        OnlyIf = [OfNetworks],
    });

    public static readonly Option<bool?> Safeguard = All.Add<bool?>(new(
        "safeguard",
        Forms.OneOf(("on", true), ("off", false)).OrNone(),
        "Whether a compressed copy that is farther from its weights than the one before is refused; absent, on, and off in the published variant."));

    public static readonly Option<Start> Start = All.Add<Start>(new(
        "start",
        Forms.OneOf<Start>(),
        "The weights to begin with: the model's own, or one of the paper's random initialisers.",
        "trained")
    {
        OnlyIf = [OfNetworks],
    });

    public static readonly Option<bool?> Labels = All.Add<bool?>(new(
        "target",
        Forms.OneOf(("teacher", false), ("labels", true)).OrNone(),
        "What the outputs shall become: the original's outputs, or the labels; absent, teacher for trained weights, and labels otherwise and in the "
        + "published variant.")
    {
        OnlyIf =
        [
            OfNetworks,
            new(
                arguments => !arguments.Get(Published) || arguments.Get(Labels!) is true,
                "is teacher, and the published variant knows labels only. Remove it, or 'variant: published'."),
        ],
    });

    public static readonly Option<LayerMap<RankSpec>?> Rank = All.Add(new Option<LayerMap<RankSpec>?>(
        "rank",
        RankSpec.ByLayer,
        "The largest rank of a layer's tensor train: 40, one for each bond, 10%, or a map from layer rule to one of these."));

    public static readonly Option<LayerMap<IReadOnlyList<int>>?> Modes = All.Add(new Option<LayerMap<IReadOnlyList<int>>?>(
        "modes",
        ModesForm,
        "The sizes into which a layer's weight is cut, rows first: [4, 4, 4, 8], or a map from layer rule to such lists; absent, small factors of both "
        + "sides.")
    {
        OnlyIf = [Rank.When(rank => rank is not null, "cuts weights for tensor trains, and the step has none. Add 'rank', or remove it.")],
    });

    public static readonly Option<LayerMap<double>?> Sparsity = All.Add(new Option<LayerMap<double>?>(
        "sparsity",
        LayerForms.Shares(),
        "The share of a layer's weights that become zero: 90%, or a map from layer rule to shares."));

    public static readonly Option<LayerRules?> Layers = All.Add(new Option<LayerRules?>(
        "layers",
        LayerForms.Rules,
        "Which layers are compressed; absent, all but the last one and convolutions, or in mode layer every layer."));

    public static readonly Option<int> Sweeps = All.Add<int>(new(
        "sweeps",
        Forms.Whole(0, 1_000_000),
        "The most sweeps over all blocks; 0 compresses the weights as they are.",
        "100"));

    public static readonly Option<double> Tolerance = All.Add<double>(new(
        "tolerance",
        Forms.Number(0, 1),
        "Ends the sweeps when the squared change of all variables is below this share of their squared norm.",
        "1e-9"));

    public static readonly Option<double?> Gamma = All.Add(Weight(
        "gamma",
        "γ, the weight of the gap between activations and their copies; absent, 10 from trained weights and 5 otherwise.") with
    {
        OnlyIf = [OfNetworks],
    });

    public static readonly Option<double?> Rho = All.Add(Weight(
        "rho",
        "ρ, the weight of the gap between pre-activations and their copies; absent, as gamma, and 1 in mode layer."));

    public static readonly Option<double?> Tau = All.Add(Weight(
        "tau",
        "τ, the weight of the gap between weights and their compressed copies; absent, ρ times the samples from trained weights, 0.1 otherwise, "
        + "and 30 in mode layer."));

    public static readonly Option<double?> Alpha = All.Add(Weight(
        "alpha",
        "α, the weight of what a step may change; absent, 1 from random weights and 0.1 otherwise, and 0.001 in mode layer."));

    public static readonly Option<bool> Speed = All.Add<bool>(new(
        "prefer",
        Forms.OneOf(("size", false), ("speed", true)),
        "size stores as few numbers as possible; speed applies a tensor train's two factors to the activations where it can be cut in two.",
        "size"));

    /// <summary>The mode sizes of a tensor, in order.</summary>
    public static Form<LayerMap<IReadOnlyList<int>>?> ModesForm
    {
        get
        {
            var one = Forms.List(Forms.Whole(1), "sizes", "[4, 4, 8]", "gives no modes. Write the sizes in order, such as [4, 4, 8].");
            return LayerForms.ByLayer(one, $"[4, 4, 8], {LayerForms.OrMap} such a list", "modes", "modes", "{ \"*\": [4, 4, 8] }") with { Kind = "modes" };
        }
    }

    private static Condition OfNetworks => LayerByLayer.When(layer => !layer, "is about training the network, and 'mode: layer' trains none. Remove it.");

    private static Option<double?> Weight(string name, string summary) => new(name, Forms.Number(1e-12, 1e12).OrNone(), summary);
}
