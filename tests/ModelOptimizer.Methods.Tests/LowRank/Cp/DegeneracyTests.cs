using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.LowRank;

public class DegeneracyTests
{
    // a⊗a⊗b + a⊗b⊗a + b⊗a⊗a has rank 3 but is a limit of kernels of rank 2, whose two components grow without bound and cancel each other.
    private static Matrix Degenerate()
    {
        var weight = new Matrix(2, 2 * 2);
        (weight[0, 1], weight[0, 2], weight[1, 0]) = (1, 1, 1);
        return weight;
    }

    // Components as they are along the way to that limit: n·(a + b/n)³ − n·a³.
    private static CpFactors Diverging(double size)
    {
        var each = Math.Cbrt(size);
        var small = each / size;
        Matrix Columns(double sign) => new(2, 2, [each, sign * each, small, 0]);
        return new CpFactors(Columns(-1), Columns(1), [Columns(1)]);
    }

    [Fact]
    public void Components_that_cancel_each_other_bring_the_penalty_and_stay_bounded()
    {
        var problem = TestProblem.Frobenius(Degenerate(), 2);

        var solution = new CpSolver(problem, new CpSettings { Sweeps = 500, Tolerance = 0 }).Solve(Diverging(1e5));

        solution.Ridge.ShouldBeGreaterThan(0);
        new DegeneracyGuard(problem).Ratio(solution.Factors).ShouldBeLessThan(2e4);
        solution.SquaredError.ShouldBeLessThan(1e-2 * problem.Energy);
        solution.Factors.Parts.SelectMany(part => part.Values).ShouldAllBe(value => double.IsFinite(value));
    }

    [Fact]
    public void The_guard_leaves_ordinary_components_alone()
    {
        var problem = TestProblem.Create();

        var solution = new CpSolver(problem, new CpSettings { Sweeps = 50 }).Solve(new CpStarts(problem, new TapGrid([3, 3]), 1).Leading(12));

        solution.Ridge.ShouldBe(0);
    }

    [Fact]
    public void The_penalty_rises_tenfold_while_the_ratio_is_above_a_thousand_and_ends_at_a_millionth()
    {
        var problem = TestProblem.Frobenius(Degenerate(), 2);
        var iteration = new CpIteration(problem, Diverging(1e5), Jitter.Relative);
        var guard = new DegeneracyGuard(problem);
        List<double> ridges = [];
        while (guard.Act(iteration))
        {
            ridges.Add(iteration.Ridge / iteration.MeanDiagonal());
        }

        ridges.Count.ShouldBe(4);
        ridges.Zip([1e-9, 1e-8, 1e-7, 1e-6]).ShouldAllBe(pair => Math.Abs((pair.First / pair.Second) - 1) < 1e-9);
        guard.Ratio(iteration.Factors).ShouldBe(1e5 / Math.Sqrt(3), 1e3);
    }
}
