namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>The set 𝒞 that a layer's compressed weights lie in: tensor trains, or matrices with few numbers that are not zero.</summary>
/// <param name="Modes">Mode sizes of the train; empty for pruning.</param>
/// <param name="Ranks">The train's bonds; for pruning the number of weights kept. What reports and lock files list.</param>
internal sealed record WeightSet(IReadOnlyList<int> Modes, IReadOnlyList<int> Ranks)
{
    public bool IsTensorTrain => Modes.Count > 0;

    /// <summary>Numbers that it takes.</summary>
    public long Parameters => IsTensorTrain ? TensorTrainRanks.Parameters(Modes, Ranks) : Ranks[0];

    public static WeightSet Pruned(int kept) => new([], [kept]);

    /// <summary>Ŵ for <paramref name="weight"/>.</summary>
    /// <param name="algebra">Linear algebra.</param>
    /// <param name="weight">W.</param>
    /// <param name="published">Whether pruning works on W itself.</param>
    public WeightCopy Copy(ILinearAlgebra algebra, Matrix weight, bool published) => IsTensorTrain
        ? new TensorTrainCopy(algebra, weight, Modes, Ranks)
        : published
            ? new AliasedCopy(weight, 1 - ((double)Ranks[0] / weight.Values.Length))
            : new PrunedCopy(weight, Ranks[0]);
}
