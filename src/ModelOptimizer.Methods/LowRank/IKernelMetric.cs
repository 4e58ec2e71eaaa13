namespace ModelOptimizer.Methods.LowRank;

/// <summary>The Σ of one layer as the algorithm needs it, in tap-major order; no operation forms another D×D matrix.</summary>
internal interface IKernelMetric
{
    /// <summary>rows·Σ, for rows of length D.</summary>
    Matrix Times(Matrix rows);

    /// <summary>BᵀΣB with B = I_K ⊗ U_S: (K·R_S)×(K·R_S), index k·R_S + q.</summary>
    Matrix CoreGram(Matrix inputFactor);

    /// <summary>
    /// The normal equations of U_S, Σ_{k,k'} Σ_{k,k'}·U_S·H_{k',k} = right, all transposed (R_S×S), solved from <paramref name="start"/>
    /// until the residual is <paramref name="accuracy"/> times its first norm.
    /// </summary>
    Matrix SolveInput(Matrix gramOfCore, Matrix right, Matrix start, InnerAccuracy accuracy);

    /// <summary>A lower factor of Σ̄, the mean of Σ's diagonal blocks; null when that is the identity.</summary>
    Matrix? MeanRoot();
}
