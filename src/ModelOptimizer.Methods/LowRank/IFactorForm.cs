namespace ModelOptimizer.Methods.LowRank;

/// <summary>Which ranks one kernel can have in a factorization, and what its chain then looks like.</summary>
internal interface IFactorForm
{
    FactorShape Shape { get; }

    /// <summary>What a fraction of the ranks is a fraction of.</summary>
    IReadOnlyList<int> FullRanks { get; }

    /// <summary>The ranks nearest to <paramref name="ranks"/> that this kernel can have and that waste nothing.</summary>
    RankPair Usable(RankPair ranks);

    /// <summary>The same fraction of every full rank.</summary>
    RankPair Share(double fraction);

    /// <summary>Whether all ranks are multiples of <paramref name="multiple"/>, or full, or of a layer too narrow for that.</summary>
    bool IsLiked(RankPair ranks, int multiple);

    /// <summary>Ranks from one number for all or one for each, usable or not.</summary>
    RankPair Read(IReadOnlyList<int> written);

    /// <summary>The ranks as the report and the lock file have them.</summary>
    IReadOnlyList<int> Write(RankPair ranks);

    /// <summary>The weights of the chain's links, all groups together; always as many links, those that are left out with 0.</summary>
    IReadOnlyList<ChainLink> Links(RankPair ranks);

    /// <summary>The chain's weights without numbers, to find out what a chain weighs.</summary>
    FactorTensors Empty(RankPair ranks);
}
