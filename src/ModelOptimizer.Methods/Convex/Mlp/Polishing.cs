using ModelOptimizer.Methods.Convex.Mlp.Proximal;

namespace ModelOptimizer.Methods.Convex.Mlp;

/// <summary>
/// A new output layer B over fixed hidden neurons, which all outputs share: min (1/2n)‖HB − Y‖² + λ·Σ_j ω(α‖B_j‖ + (1 − α)/2·‖B_j‖²) with ω = √c. Neurons whose row is zero can go.
/// </summary>
internal sealed class Polishing
{
    private readonly SquaredLoss _loss;
    private readonly double _mixing;
    private readonly double _scale;

    /// <summary>The problem of given neurons and targets.</summary>
    /// <param name="algebra">Linear algebra.</param>
    /// <param name="hidden">Hᵀ, M×n, M at least 1.</param>
    /// <param name="targets">Y, n×c.</param>
    /// <param name="mixing">α, above 0 and at most 1.</param>
    public Polishing(ILinearAlgebra algebra, Matrix hidden, Matrix targets, double mixing)
    {
        _loss = new SquaredLoss(new HiddenFeatures(algebra, hidden, targets.Columns), targets.Transpose());
        (_mixing, _scale) = (mixing, Math.Sqrt(targets.Columns));
        LambdaMax = _loss.LargestSlopeAtZero() / (_scale * mixing);
    }

    /// <summary>From this λ on, B = 0.</summary>
    public double LambdaMax { get; }

    /// <summary>The best B, M×c, from <paramref name="start"/>.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public FistaResult Solve(double lambda, Matrix start, FistaSettings settings) =>
        new RestartedFista(_loss, new GroupPenalty(lambda * _scale * _mixing, lambda * _scale * (1 - _mixing)), settings).Solve(start);
}
