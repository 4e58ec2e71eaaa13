namespace ModelOptimizer.Methods.LowRank;

/// <summary>A matrix or 1×1 kernel as two: one rank R, in <see cref="RankPair.Output"/>.</summary>
internal sealed record MatrixForm(FactorShape Shape) : IFactorForm
{
    /// <summary>The largest rank that is not wasted.</summary>
    public int Full => Math.Min(Shape.Outputs, Shape.Inputs);

    public IReadOnlyList<int> FullRanks => [Full];

    public RankPair Usable(RankPair ranks) => At(Math.Min(ranks.Output, Full));

    public RankPair Share(double fraction) => At(UniformAllocator.Rank(fraction, Full));

    public bool IsLiked(RankPair ranks, int multiple) => FactorShape.Liked(ranks.Output, Full, multiple) == ranks.Output;

    public RankPair Read(IReadOnlyList<int> written) => At(written.Min());

    public IReadOnlyList<int> Write(RankPair ranks) => [ranks.Output];

    public IReadOnlyList<ChainLink> Links(RankPair ranks) =>
        [new((long)Shape.Groups * ranks.Output * Shape.Inputs), new((long)Shape.Groups * ranks.Output * Shape.Outputs)];

    public FactorTensors Empty(RankPair ranks) =>
        new(null, [new CoreTensor(new Matrix(Shape.Groups * ranks.Output, Shape.Inputs))], new Matrix(Shape.Groups * Shape.Outputs, ranks.Output));

    public RankPair At(int rank) => new(rank, Shape.Inputs);
}
