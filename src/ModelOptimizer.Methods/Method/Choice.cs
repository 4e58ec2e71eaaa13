namespace ModelOptimizer.Methods;

/// <summary>What can be done to one layer, or block: what methods offer, a search chooses, a lock file keeps and a report prints.</summary>
/// <param name="Bytes">
/// By how many bytes the model changes: 0, or negative; of <c>budget: { macs: auto }</c>, by how many multiply-adds. Without meaning once it is decided.
/// </param>
/// <param name="Penalty">What it is expected to do to the model's outputs, in a unit that is the same for all layers and methods.</param>
internal abstract record Choice(double Bytes, double Penalty)
{
    /// <summary>The layer's own relative squared error; <see cref="Penalty"/> where the method does not tell them apart.</summary>
    public double Error { get; init; } = Penalty;

    /// <summary>What that error alone does to the outputs; <see cref="Penalty"/> where the method does not tell them apart.</summary>
    public double Effect { get; init; } = Penalty;

    /// <summary>The choice in a few characters, such as <c>64×23</c> or <c>4 bits</c>. Two choices of a layer are the same when their texts are.</summary>
    public abstract string Text { get; }

    /// <summary>The number that an allocation weighs.</summary>
    public double Weighed(Weighting weighting) => weighting switch
    {
        Weighting.Error => Error,
        Weighting.Effect => Effect,
        _ => Penalty,
    };

    /// <summary>
    /// Factors of these ranks, in the method's own order (Tucker-2: R_T, R_S; CP and matrices: R; tensor trains: bonds); of pruning, the number of weights that
    /// stay.
    /// </summary>
    public sealed record Ranks(IReadOnlyList<int> Values, double Bytes = 0, double Penalty = 0) : Choice(Bytes, Penalty)
    {
        /// <summary>Whether the factors are stored and multiplied out at load, instead of being layers of their own.</summary>
        public bool IsStored { get; init; }

        /// <inheritdoc/>
        public override string Text => string.Join('×', Values) + (IsStored ? " stored" : "");
    }

    /// <summary>Weights of so many bits: 2 to 8, 16 for float16, and 1 for −1, 0 and 1.</summary>
    public sealed record Bits(int Count, double Bytes = 0, double Penalty = 0) : Choice(Bytes, Penalty)
    {
        /// <inheritdoc/>
        public override string Text => Count switch
        {
            1 => "ternary",
            16 => "fp16",
            _ => FormattableString.Invariant($"{Count} bits"),
        };
    }

    /// <summary>A weight whose numbers are multiples of one step.</summary>
    public sealed record Step(double Size, double Bytes = 0, double Penalty = 0) : Choice(Bytes, Penalty)
    {
        /// <inheritdoc/>
        public override string Text => FormattableString.Invariant($"step {Size}");
    }

    /// <summary>A student of so many gates in place of a block.</summary>
    public sealed record Width(int Gates, double Bytes = 0, double Penalty = 0) : Choice(Bytes, Penalty)
    {
        /// <inheritdoc/>
        public override string Text => FormattableString.Invariant($"width {Gates}");
    }

    /// <summary>A training of the whole model by so many steps, which time decided.</summary>
    public sealed record Steps(int Count) : Choice(0, 0)
    {
        /// <summary>What stands for the whole model where choices go by a layer's name.</summary>
        public const string WholeModel = "the whole model";

        /// <inheritdoc/>
        public override string Text => FormattableString.Invariant($"{Count} steps");
    }

    /// <summary>The layer stays as it is.</summary>
    /// <param name="Reason">Why; null when nobody says.</param>
    public sealed record Keep(string? Reason = null) : Choice(0, 0)
    {
        /// <inheritdoc/>
        public override string Text => "as it is";
    }
}

/// <summary>What could be done to one layer.</summary>
/// <param name="Layer">Its name.</param>
/// <param name="Choices">In any order; one of them is <see cref="Choice.Keep"/>.</param>
internal sealed record LayerChoices(string Layer, IReadOnlyList<Choice> Choices)
{
    /// <summary>The layer whose weight it is a stored factor of; null where it is no factor.</summary>
    public string? FactorOf { get; init; }
}

/// <summary>What an error of one layer counts.</summary>
internal enum Weighting
{
    /// <summary>The relative squared error itself: all layers alike.</summary>
    Error,

    /// <summary>The divergence of the model's output when only this layer has that error.</summary>
    Effect,

    /// <summary>The geometric mean of the two.</summary>
    Blend,
}

/// <summary>Choices that were made before.</summary>
internal static class Chosen
{
    /// <summary>The ranks that are chosen for a layer; null when it stays as it is.</summary>
    /// <exception cref="DiagnosticException">It is a choice of another kind (MOC1305).</exception>
    public static IReadOnlyList<int>? RanksOf(string layer, Choice? choice, SourcePosition? position) => choice switch
    {
        null or Choice.Keep => null,
        Choice.Ranks { Values.Count: > 0 } ranks => ranks.Values,
        _ => throw new DiagnosticException(MethodCodes.BadRanks, $"'{choice.Text}' is decided for '{layer}', where this step takes ranks.", position),
    };

    /// <summary>Why a layer stays as it is; null when nobody says.</summary>
    public static string? ReasonOf(Choice? choice) => (choice as Choice.Keep)?.Reason;
}
