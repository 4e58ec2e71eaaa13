namespace ModelOptimizer.Methods.LowRank;

/// <summary>The options that all low-rank methods have, checked.</summary>
internal sealed record LowRankOptions
{
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

    /// <summary>Whether a layer's last factors make up for the errors of the layers before it.</summary>
    public bool IsSequential { get; init; }

    /// <summary>What becomes of a layer; of <see cref="FactorStorage.Auto"/> all are chains until their time is known.</summary>
    public FactorStorage Storage { get; init; }

    /// <summary>Everything that a layer's errors depend on, in one text.</summary>
    public string Measurement => FormattableString.Invariant($"{Norm} {Jitter} centred {Centred} folded {Fold} shrink {Shrink}");

    /// <summary>Where the step is written.</summary>
    public SourcePosition? Position { get; init; }

    /// <summary>Where the goal is written.</summary>
    public SourcePosition? GoalPosition { get; init; }

    /// <summary>All options of a method: these, and its own behind the norm.</summary>
    /// <param name="ranks">What can be written for ranks by hand.</param>
    /// <param name="fit"><see cref="LowRankKeys.Sequential"/>, with what the method has against it.</param>
    /// <param name="own">What only this method has.</param>
    public static IReadOnlyList<Option> With(string ranks, Option<bool> fit, params Option[] own) =>
    [
        LowRankKeys.Norm,
        .. own,
        LowRankKeys.Centred,
        LowRankKeys.Jitter,
        LowRankKeys.Fold,
        LowRankKeys.Shrink,
        fit,
        StorageOptions.Storage,
        LowRankKeys.Layers,
        LowRankKeys.Ranks with { Summary = ranks },
        LowRankKeys.Energy,
        LowRankKeys.Error,
        SearchOptions.Budget,
        SearchOptions.MaxEvaluations,
        SearchOptions.MaxMinutes,
    ];

    /// <exception cref="DiagnosticException">There is no goal.</exception>
    public static LowRankOptions From(MethodArguments arguments)
    {
        Option[] goals = [LowRankKeys.Ranks, LowRankKeys.Energy, LowRankKeys.Error, SearchOptions.Budget];
        var goal = Array.Find(goals, option => arguments.Values.ContainsKey(option.Name)) ?? throw new DiagnosticException(
            MethodCodes.NoGoal,
            "the step does not say how small the model shall become. Give one of 'ranks: 50%', 'energy: 0.95', 'error: 0.1', 'budget: { size: 40% }' or "
            + "'budget: auto'.",
            arguments.Position);
        return new LowRankOptions
        {
            Norm = arguments.Get(LowRankKeys.Norm),
            Jitter = arguments.Get(LowRankKeys.Jitter),
            Centred = arguments.Get(LowRankKeys.Centred),
            Fold = arguments.Get(LowRankKeys.Fold),
            Shrink = arguments.Get(LowRankKeys.Shrink),
            Layers = arguments.Get(LowRankKeys.Layers) ?? LayerRules.All,
            Ranks = arguments.Get(LowRankKeys.Ranks),
            SquaredErrorBound = 1 - arguments.Get(LowRankKeys.Energy) ?? Squared(arguments.Get(LowRankKeys.Error)),
            Budget = arguments.Get(SearchOptions.Budget),
            IsSequential = arguments.Get(LowRankKeys.Sequential),
            Storage = StorageOptions.Of(arguments),
            Position = arguments.Position,
            GoalPosition = arguments.PositionOf(goal.Name),
        };
    }

    private static double? Squared(double? error) => error is { } bound ? Math.Pow(bound, 2) : null;
}

/// <summary>The keys that all low-rank methods have.</summary>
internal static class LowRankKeys
{
    private const string Goal = "goal";

    public static readonly Option<FactorNorm> Norm = new(
        "norm",
        Forms.OneOf<FactorNorm>(),
        "In which norm a layer's error is measured: on the calibration data, or plainly (needs no data).",
        "covariance");

    public static readonly Option<bool> Centred = new(
        "moment",
        Forms.OneOf(("uncentred", false), ("centred", true)),
        "Second moments as they are, or centred, which moves the bias by what the mean contributes.",
        "uncentred");

    public static readonly Option<Jitter> Jitter = new(
        "jitter",
        Forms.OneOf<Jitter>(),
        "What makes a singular moment solvable: relative to its scale, or the paper's absolute steps.",
        "relative");

    public static readonly Option<bool> Fold = new(
        "bn",
        Forms.OneOf(("folded", true), ("unfolded", false)),
        "A BatchNormalization after a Conv is folded into it first, or stays behind the last factor.",
        "folded");

    public static readonly Option<double?> Shrink = new(
        "shrink",
        Forms.Number(0, 1).OrNone(),
        "λ between the measured moment (0) and the identity (1); absent, too few windows choose it.");

    public static readonly Option<bool> Sequential = FitOptions.Sequential with
    {
        OnlyIf =
        [
            Norm.When(norm => norm == FactorNorm.Covariance, "has no meaning beside 'norm: frobenius', which looks at no data. Remove one of the two."),
        ],
    };

    public static readonly Option<LayerRules?> Layers = new("layers", LayerForms.Rules, "Which layers; absent, every layer the method can take.");

    public static readonly Option<LayerMap<RankSpec>?> Ranks = new("ranks", RankSpec.ByLayer, "Ranks by hand.") { ExclusiveGroup = Goal };

    public static readonly Option<double?> Energy = new(
        "energy",
        Forms.Number(0, 1).OrNone(),
        "The share of each layer's energy (squared norm) that is kept.")
    {
        ExclusiveGroup = Goal,
    };

    public static readonly Option<double?> Error = new(
        "error",
        Forms.Number(0, 1).OrNone(),
        "The largest relative error e of each layer (the root, not e²).")
    {
        ExclusiveGroup = Goal,
    };
}

/// <summary>In which norm the error is measured.</summary>
internal enum FactorNorm
{
    /// <summary>Σ of the calibration data.</summary>
    Covariance,

    /// <summary>Σ = I; needs no data.</summary>
    Frobenius,
}
