namespace ModelOptimizer.Methods.Convex;

/// <summary>A point of a regularisation path.</summary>
/// <param name="Lambda">λ.</param>
/// <param name="Result">The minimum there.</param>
internal sealed record PathPoint(double Lambda, FistaResult Result)
{
    /// <summary>f, the mean squared error without the penalty, halved.</summary>
    public double Loss => Result.End.Objective - new GroupPenalty(Lambda).Value(Result.Weights);
}
