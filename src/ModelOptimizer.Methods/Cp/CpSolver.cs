using ModelOptimizer.Methods.LowRank;

namespace ModelOptimizer.Methods.Cp;

/// <summary>CP-ALS-Σ for one kernel: sweeps U_T, U_S, U_H, U_W (or U_T, U_S, U_K), balanced after each.</summary>
internal sealed class CpSolver(KernelProblem problem, CpSettings settings)
{
    /// <summary>Short runs from every start; the best goes on.</summary>
    public CpSolution Best(IEnumerable<CpFactors> starts)
    {
        var runs = starts.Select(start => Run(start, settings.ShortSweeps)).ToList();
        var best = runs.MinBy(run => run.SquaredError)!;
        return Run(best.Factors, settings.Sweeps);
    }

    public CpSolution Solve(CpFactors start) => Run(start, settings.Sweeps);

    private CpSolution Run(CpFactors start, int sweeps)
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
                iteration.UpdateAxis(axis);
            }

            var squared = SquaredError(iteration);
            iteration.Balance();
            var error = Relative(squared + iteration.Penalty);
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

        return new CpSolution(best, problem.Error(best.Reconstruct(problem.Algebra)), errors, iteration.Ridge);
    }

    // The difference of two sums cannot tell errors below their rounding apart.
    private double SquaredError(CpIteration iteration) => iteration.SquaredErrorAtOptimum is var squared && squared > 1e-10 * problem.Energy
        ? squared
        : problem.Error(iteration.Factors.Reconstruct(problem.Algebra));

    private double Relative(double squaredError) => problem.Energy > 0 ? Math.Sqrt(squaredError / problem.Energy) : 0;
}
