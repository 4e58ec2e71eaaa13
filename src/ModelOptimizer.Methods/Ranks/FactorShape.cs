namespace ModelOptimizer.Methods.Ranks;

/// <summary>The extents of one layer's kernel, per group.</summary>
/// <param name="Outputs">T of one group.</param>
/// <param name="Inputs">S of one group.</param>
/// <param name="Taps">K.</param>
/// <param name="Groups">Number of groups.</param>
internal readonly record struct FactorShape(int Outputs, int Inputs, int Taps, int Groups)
{
    /// <summary>A 1×1 kernel or a matrix: two factors, one rank.</summary>
    public bool IsMatrix => Taps == 1;

    /// <summary>The largest R_T that is not wasted.</summary>
    public int FullOutput => IsMatrix ? Math.Min(Outputs, Inputs) : Math.Min(Outputs, Inputs * Taps);

    /// <summary>The largest R_S that is not wasted.</summary>
    public int FullInput => IsMatrix ? Inputs : Math.Min(Inputs, Outputs * Taps);

    /// <summary>Weights as they are.</summary>
    public long Parameters => (long)Groups * Outputs * Inputs * Taps;

    /// <summary>Whether the chain starts with a 1×1 that narrows the input.</summary>
    public bool HasInputFactor(RankPair ranks) => !IsMatrix && ranks.Input < Inputs;

    /// <summary>Whether the chain ends with a 1×1 that widens the output.</summary>
    public bool HasOutputFactor(RankPair ranks) => IsMatrix || ranks.Output < Outputs;

    /// <summary>Weights of the input factor, the core and the output factor; a full rank folds its factor into the core.</summary>
    public (long Input, long Core, long Output) ParametersAt(RankPair ranks)
    {
        var (outputRank, inputRank) = (HasOutputFactor(ranks) ? ranks.Output : Outputs, HasInputFactor(ranks) ? ranks.Input : Inputs);
        return (
            HasInputFactor(ranks) ? (long)Groups * Inputs * inputRank : 0,
            (long)Groups * outputRank * inputRank * Taps,
            HasOutputFactor(ranks) ? (long)Groups * outputRank * Outputs : 0);
    }

    /// <summary>The ranks nearest to <paramref name="ranks"/> that this kernel can have: no larger than full, and no rank that the other cannot use.</summary>
    public RankPair Usable(RankPair ranks)
    {
        if (IsMatrix)
        {
            return new RankPair(Math.Min(Math.Min(ranks.Output, ranks.Input), FullOutput), Inputs);
        }

        var output = Math.Min(ranks.Output, FullOutput);
        var input = Math.Min(Math.Min(ranks.Input, FullInput), output * Taps);
        return new RankPair(Math.Min(output, input * Taps), input);
    }

    /// <summary>Whether both ranks are multiples of <paramref name="multiple"/>, or full, or of a layer too narrow for that.</summary>
    public bool IsLiked(RankPair ranks, int multiple) =>
        Liked(ranks.Output, IsMatrix ? FullOutput : Outputs, multiple) == ranks.Output && Liked(ranks.Input, Inputs, multiple) == ranks.Input;

    /// <summary>The multiple nearest to a rank; the rank itself where it is full or the layer has no room for two multiples.</summary>
    public static int Liked(int rank, int full, int multiple) =>
        multiple <= 1 || rank >= full || full < 2 * multiple ? rank : Math.Max(1, (int)Math.Round((double)rank / multiple, MidpointRounding.AwayFromZero)) * multiple;

    /// <summary>The same fraction of both full ranks.</summary>
    public RankPair Share(double fraction) => IsMatrix
        ? new RankPair(UniformAllocator.Rank(fraction, FullOutput), Inputs)
        : Usable(new RankPair(UniformAllocator.Rank(fraction, Outputs), UniformAllocator.Rank(fraction, Inputs)));
}
