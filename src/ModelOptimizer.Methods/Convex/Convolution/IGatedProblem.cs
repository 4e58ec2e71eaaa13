namespace ModelOptimizer.Methods.Convex;

/// <summary>
/// The least-squares problem of a gated block whose gates are fixed, ½‖S − Y‖² over all windows of all samples, in the inner products that a solver needs.
/// p_n is a window, M_n its open gates, y_n its target.
/// </summary>
internal interface IGatedProblem
{
    /// <summary>Σ‖y_n‖².</summary>
    double TargetSquares { get; }

    /// <summary>How often two gates are open together, Σ M_n M_nᵀ, m×m.</summary>
    Matrix OpenTogether { get; }

    /// <summary>The normal equations of Conv³ and the bias for given <paramref name="filters"/>, m×D.</summary>
    MixerSystem Mixer(Matrix filters);

    /// <summary>Σ (M_n ⊙ Conv³ᵀ(y_n − b)) p_nᵀ, m×D: the right-hand side of Conv²'s normal equations.</summary>
    Matrix Right(Matrix mixer, double[] bias);

    /// <summary>Σ (M_n ⊙ Conv³ᵀConv³(M_n ⊙ V p_n)) p_nᵀ, m×D: Conv²'s normal operator on <paramref name="filters"/> V.</summary>
    Matrix Product(Matrix filters, Matrix mixer);
}
