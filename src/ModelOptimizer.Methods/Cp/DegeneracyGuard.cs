using System.Numerics.Tensors;
using ModelOptimizer.Methods.LowRank;

namespace ModelOptimizer.Methods.Cp;

/// <summary>
/// Watches for components that grow without bound and cancel each other: from a ratio of 1e3 to the kernel's norm on, a penalty of 1e-9 of the mean diagonal of
/// MᵀΣM, ten times more after each sweep that does not help, up to 1e-6.
/// </summary>
internal sealed class DegeneracyGuard(KernelProblem problem)
{
    private const double LargestRatio = 1e3;
    private const double FirstShare = 1e-9;
    private const double LastShare = 1e-6;

    private readonly double _norm = TensorPrimitives.Norm<double>(problem.Weight.Values);
    private double _scale;
    private double _share;

    /// <summary>max over components of the product of the column norms, relative to ‖W‖.</summary>
    public double Ratio(CpFactors factors) => Enumerable.Range(0, factors.Rank).Max(factors.Norm) / (_norm > 0 ? _norm : 1);

    /// <summary>Sets or raises the penalty where it must be; true when it did.</summary>
    public bool Act(CpIteration iteration)
    {
        if (_share >= LastShare * 0.999 || Ratio(iteration.Factors) <= LargestRatio)
        {
            return false;
        }

        _scale = _share == 0 ? iteration.MeanDiagonal() : _scale;
        _share = _share == 0 ? FirstShare : 10 * _share;
        iteration.Ridge = _share * _scale;
        return true;
    }
}
