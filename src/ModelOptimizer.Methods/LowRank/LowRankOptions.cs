namespace ModelOptimizer.Methods.LowRank;

/// <summary>The options that all low-rank methods have, checked.</summary>
internal sealed record LowRankOptions
{
    private static readonly string[] Goals = ["ranks", "energy", "error", "budget"];

    public FactorNorm Norm { get; init; }

    public Jitter Jitter { get; init; }

    /// <summary>C instead of Σ, and the bias moves by ΔWμ.</summary>
    public bool Centred { get; init; }

    /// <summary>Whether a BatchNormalization is folded into the kernel first.</summary>
    public bool Fold { get; init; } = true;

    /// <summary>λ; null lets the number of windows decide.</summary>
    public double? Shrink { get; init; }

    public required LayerRules Layers { get; init; }

    public LayerMap<RankSpec>? Ranks { get; init; }

    /// <summary>The largest relative squared error e² of a layer, from <c>energy</c> or <c>error</c>.</summary>
    public double? SquaredErrorBound { get; init; }

    public Budget? Budget { get; init; }

    /// <summary>Everything that a layer's errors depend on, in one text.</summary>
    public string Measurement => FormattableString.Invariant($"{Norm} {Jitter} centred {Centred} folded {Fold} shrink {Shrink}");

    /// <summary>Where the step is written.</summary>
    public SourcePosition? Position { get; init; }

    /// <summary>Where the goal is written.</summary>
    public SourcePosition? GoalPosition { get; init; }

    /// <summary>All options of a method: these, and its own behind the norm.</summary>
    /// <param name="ranks">What can be written for ranks by hand.</param>
    /// <param name="own">What only this method has.</param>
    public static IReadOnlyList<MethodOption> Declarations(string ranks, params MethodOption[] own) =>
    [
        new("norm", OptionKind.Choice, "In which norm a layer's error is measured: on the calibration data, or plainly (needs no data).", "covariance") { Choices = ["covariance", "frobenius"] },
        .. own,
        new("moment", OptionKind.Choice, "Second moments as they are, or centred, which moves the bias by what the mean contributes.", "uncentred") { Choices = ["uncentred", "centred"] },
        new("jitter", OptionKind.Choice, "What makes a singular moment solvable: relative to its scale, or the paper's absolute steps.", "relative") { Choices = ["relative", "published"] },
        new("bn", OptionKind.Choice, "A BatchNormalization after a Conv is folded into it first, or stays behind the last factor.", "folded") { Choices = ["folded", "unfolded"] },
        new("shrink", OptionKind.Number, "λ between the measured moment (0) and the identity (1); absent, too few windows choose it.") { Minimum = 0, Maximum = 1 },
        new("layers", OptionKind.Layers, "Which layers; absent, every layer the method can take."),
        new("ranks", OptionKind.Ranks, ranks) { ExclusiveGroup = "goal" },
        new("energy", OptionKind.Number, "The share of each layer's energy (squared norm) that is kept.") { Minimum = 0, Maximum = 1, ExclusiveGroup = "goal" },
        new("error", OptionKind.Number, "The largest relative error e of each layer (the root, not e²).") { Minimum = 0, Maximum = 1, ExclusiveGroup = "goal" },
        SearchOptions.Budget,
        SearchOptions.MaxEvaluations,
    ];

    /// <exception cref="DiagnosticException">There is no goal, or more than one.</exception>
    public static LowRankOptions From(MethodArguments arguments)
    {
        var given = Goals.Where(arguments.Values.ContainsKey).ToList();
        if (given.Count == 0)
        {
            throw new DiagnosticException(MethodCodes.NoGoal, "the step does not say how small the model shall become. Give one of 'ranks: 50%', 'energy: 0.95', 'error: 0.1', 'budget: { size: 40% }' or 'budget: auto'.", arguments.Position);
        }

        if (given.Count > 1)
        {
            throw new DiagnosticException(MethodCodes.SeveralGoals, $"'{given[0]}' and '{given[1]}' both say how small the model shall become. Keep one of them.", arguments.PositionOf(given[1]));
        }

        return new LowRankOptions
        {
            Norm = arguments.Is("norm", "frobenius") ? FactorNorm.Frobenius : FactorNorm.Covariance,
            Jitter = arguments.Is("jitter", "published") ? Jitter.Published : Jitter.Relative,
            Centred = arguments.Is("moment", "centred"),
            Fold = !arguments.Is("bn", "unfolded"),
            Shrink = arguments.TryGet<double>("shrink", out var shrink) && arguments.Values.ContainsKey("shrink") ? shrink : null,
            Layers = arguments.TryGet<LayerRules>("layers", out var layers) ? layers : new LayerRules([new LayerRule("*")]),
            Ranks = arguments.TryGet<LayerMap<RankSpec>>("ranks", out var ranks) ? ranks : null,
            SquaredErrorBound = given[0] switch
            {
                "energy" => 1 - arguments.Get<double>("energy"),
                "error" => Math.Pow(arguments.Get<double>("error"), 2),
                _ => null,
            },
            Budget = arguments.TryGet<Budget>("budget", out var budget) ? budget : null,
            Position = arguments.Position,
            GoalPosition = arguments.PositionOf(given[0]),
        };
    }
}
