namespace ModelOptimizer.Methods.LowRank;

/// <summary>
/// 1×1 (S→R_S), core (R_S→R_T), 1×1 (R_T→T): R_T is <see cref="RankPair.Output"/>, R_S <see cref="RankPair.Input"/>. A full rank folds its factor into the
/// core.
/// </summary>
internal sealed record TuckerForm(FactorShape Shape) : IFactorForm
{
    /// <summary>The largest R_T that is not wasted.</summary>
    public int FullOutput => Math.Min(Shape.Outputs, Shape.Inputs * Shape.Taps);

    /// <summary>The largest R_S that is not wasted.</summary>
    public int FullInput => Math.Min(Shape.Inputs, Shape.Outputs * Shape.Taps);

    public IReadOnlyList<int> FullRanks => [Shape.Outputs, Shape.Inputs];

    /// <summary>Whether the chain starts with a 1×1 that narrows the input.</summary>
    public bool HasInputFactor(RankPair ranks) => ranks.Input < Shape.Inputs;

    /// <summary>Whether the chain ends with a 1×1 that widens the output.</summary>
    public bool HasOutputFactor(RankPair ranks) => ranks.Output < Shape.Outputs;

    /// <summary>No larger than full, and no rank that the other cannot use.</summary>
    public RankPair Usable(RankPair ranks)
    {
        var output = Math.Min(ranks.Output, FullOutput);
        var input = Math.Min(Math.Min(ranks.Input, FullInput), output * Shape.Taps);
        return new RankPair(Math.Min(output, input * Shape.Taps), input);
    }

    public RankPair Share(double fraction) =>
        Usable(new RankPair(UniformAllocator.Rank(fraction, Shape.Outputs), UniformAllocator.Rank(fraction, Shape.Inputs)));

    public bool IsLiked(RankPair ranks, int multiple) =>
        FactorShape.Liked(ranks.Output, Shape.Outputs, multiple) == ranks.Output && FactorShape.Liked(ranks.Input, Shape.Inputs, multiple) == ranks.Input;

    public RankPair Read(IReadOnlyList<int> written) => new(written[0], written[^1]);

    public IReadOnlyList<int> Write(RankPair ranks) => [ranks.Output, ranks.Input];

    public IReadOnlyList<ChainLink> Links(RankPair ranks)
    {
        var (outputs, inputs) = CoreExtents(ranks);
        long groups = Shape.Groups;
        return
        [
            new(HasInputFactor(ranks) ? groups * Shape.Inputs * inputs : 0, Axes: 0),
            new(groups * outputs * inputs * Shape.Taps),
            new(HasOutputFactor(ranks) ? groups * outputs * Shape.Outputs : 0),
        ];
    }

    public FactorTensors Empty(RankPair ranks)
    {
        var (outputs, inputs) = CoreExtents(ranks);
        return new FactorTensors(
            HasInputFactor(ranks) ? new Matrix(Shape.Groups * inputs, Shape.Inputs) : null,
            [new CoreTensor(new Matrix(Shape.Groups * outputs, inputs * Shape.Taps))],
            HasOutputFactor(ranks) ? new Matrix(Shape.Groups * Shape.Outputs, outputs) : null);
    }

    /// <summary>The factors as weights of the chain, stacked group by group.</summary>
    public FactorTensors Tensors(ILinearAlgebra algebra, RankPair ranks, IReadOnlyList<TuckerFactors> groups) =>
        new(
            HasInputFactor(ranks) ? FactorTensors.Stack(groups.Select(factors => factors.Input.Transpose())) : null,
            [
                new CoreTensor(
                    FactorTensors.Stack(
                        groups.Select(factors =>
                            TapOrder.ColumnsToChannelMajor(HasOutputFactor(ranks) ? factors.Core : algebra.Multiply(factors.Output, factors.Core), Shape.Taps)
                        )
                    )
                ),
            ],
            HasOutputFactor(ranks) ? FactorTensors.Stack(groups.Select(factors => factors.Output)) : null
        );

    private (int Outputs, int Inputs) CoreExtents(RankPair ranks) =>
        (HasOutputFactor(ranks) ? ranks.Output : Shape.Outputs, HasInputFactor(ranks) ? ranks.Input : Shape.Inputs);
}
