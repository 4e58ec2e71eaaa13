namespace ModelOptimizer.Methods.LowRank;

/// <summary>In which norm the error is measured.</summary>
internal enum FactorNorm
{
    /// <summary>Σ of the calibration data.</summary>
    Covariance,

    /// <summary>Σ = I; needs no data.</summary>
    Frobenius,
}
