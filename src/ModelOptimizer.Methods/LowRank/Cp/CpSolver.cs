using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>CP-ALS-Σ for one kernel: sweeps U_T, U_S, U_H, U_W (or U_T, U_S, U_K), balanced after each.</summary>
internal sealed class CpSolver(KernelProblem problem, CpSettings settings)
{
    /// <summary>Short runs from every start; the best goes on.</summary>
    public Solution<CpFactors> Best(IEnumerable<CpFactors> starts)
    {
        var runs = starts.Select(start => Run(start, settings.ShortSweeps)).ToList();
        var best = runs.MinBy(run => run.SquaredError)!;
        return Run(best.Factors, settings.Sweeps);
    }

    public Solution<CpFactors> Solve(CpFactors start) => Run(start, settings.Sweeps);

    private Solution<CpFactors> Run(CpFactors start, int sweeps)
    {
        var iteration = new CpIteration(problem, start, settings.Jitter, settings.Cancellation);
        var guard = new DegeneracyGuard(problem);
        var best = start;
        List<double> errors = [];
        // What was watched before the penalty changed says nothing about what is watched after.
        var comparable = false;
        for (var sweep = 0; sweep < sweeps; sweep++)
        {
            settings.Cancellation.ThrowIfCancellationRequested();
            iteration.UpdateOutput();
            iteration.UpdateInput(settings.Inner);
            for (var axis = 0; axis < start.Axes.Count; axis++)
            {
                iteration.UpdateAxis(axis, settings.Inner);
            }

            var squared = SquaredError(iteration);
            iteration.Balance();
            var error = problem.Relative(squared + iteration.Penalty);
            if (comparable && error > errors[^1])
            {
                break;
            }

            best = iteration.Factors;
            errors.Add(error);
            if (comparable && errors[^2] - errors[^1] < settings.Tolerance)
            {
                break;
            }

            comparable = !guard.Act(iteration);
        }

        return new Solution<CpFactors>(best, problem.Error(best.Reconstruct(problem.Algebra)), errors) { Ridge = iteration.Ridge };
    }

    // The difference of two sums cannot tell errors below their rounding apart.
    private double SquaredError(CpIteration iteration) =>
        iteration.IsExact && iteration.SquaredErrorAtOptimum is var squared && squared > 1e-10 * problem.Energy ? squared
        : problem.Error(iteration.Factors.Reconstruct(problem.Algebra));
}

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

/// <summary>How a kernel is decomposed.</summary>
internal sealed record CpSettings : SolverSettings
{
    /// <summary>Sweeps after which the best of several starts goes on alone.</summary>
    public int ShortSweeps { get; init; } = 5;
}
