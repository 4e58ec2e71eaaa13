using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.LowRank;

public class CpSolverTests
{
    private static readonly CpSettings Long = new() { Sweeps = 3000, ShortSweeps = 50, Tolerance = 1e-15 };

    public static TheoryData<int[]> Grids => new() { new[] { 3, 3 }, new[] { 9 } };

    [Theory]
    [MemberData(nameof(Grids))]
    public void A_kernel_of_low_rank_is_recovered_from_the_best_of_five_starts(int[] axes)
    {
        var random = new Random64(6);
        var weight = PlainCp.Reconstruct(PlainCp.Random(random, 10, 8, axes, 4));
        var sigma = random.Sigma(8 * 9, 0.97);
        var problem = TestProblem.Create(weight, sigma, 9);
        var starts = new CpStarts(problem, new TapGrid(axes), seed: 1);

        var solution = new CpSolver(problem, Long).Best(Enumerable.Range(1, 5).Select(draw => starts.Random(4, draw)));

        Math.Sqrt(PlainError.Of(weight, PlainCp.Reconstruct(solution.Factors), sigma) / problem.Energy).ShouldBeLessThan(1e-12);
    }

    [Theory]
    [MemberData(nameof(Grids))]
    public void The_reported_error_is_the_objective_of_the_reported_factors(int[] axes)
    {
        var random = new Random64(3);
        var (weight, sigma) = (random.Matrix(10, 8 * 9), random.Sigma(8 * 9));
        var problem = TestProblem.Create(weight, sigma, 9);

        var solution = new CpSolver(problem, new CpSettings { Sweeps = 30 }).Solve(new CpStarts(problem, new TapGrid(axes), 1).Leading(12));

        var plain = PlainError.Of(weight, PlainCp.Reconstruct(solution.Factors), sigma);
        solution.SquaredError.ShouldBe(plain, 1e-11 * problem.Energy);
        solution.Errors[^1].ShouldBe(Math.Sqrt(plain / problem.Energy), 1e-9);
        solution.Errors.ShouldBeInOrder(SortDirection.Descending);
    }

    [Theory]
    [MemberData(nameof(Grids))]
    public void All_terms_of_the_start_are_the_kernel(int[] axes)
    {
        var random = new Random64(3);
        var problem = TestProblem.Create(random.Matrix(10, 8 * 9), random.Sigma(8 * 9), 9);

        var start = new CpStarts(problem, new TapGrid(axes), 1).Leading(8 * 9);

        Math.Sqrt(problem.Error(start.Reconstruct(problem.Algebra)) / problem.Energy).ShouldBeLessThan(1e-12);
    }

    [Theory]
    [MemberData(nameof(Grids))]
    public void Grown_solutions_start_below_the_smaller_ones_error(int[] axes)
    {
        var random = new Random64(3);
        var problem = TestProblem.Create(random.Matrix(10, 8 * 9), random.Sigma(8 * 9), 9);
        var starts = new CpStarts(problem, new TapGrid(axes), 1);
        var solver = new CpSolver(problem, new CpSettings { Sweeps = 3 });
        var smaller = solver.Solve(starts.Leading(8));

        var grown = solver.Solve(starts.Grown(smaller.Factors, 12));

        grown.Factors.Rank.ShouldBe(12);
        grown.Errors[0].ShouldBeLessThan(smaller.Errors[^1]);
    }

    [Fact]
    public void Scaling_the_moments_changes_no_factor_and_scales_the_error()
    {
        var random = new Random64(9);
        var (weight, sigma) = (random.Matrix(10, 8 * 9), random.Sigma(8 * 9));
        var scaled = new Matrix(sigma.Rows, sigma.Columns, [.. sigma.Values.Select(value => 4096 * value)]);
        Solution<CpFactors> Solve(Matrix moment)
        {
            var problem = TestProblem.Create(weight, moment, 9);
            return new CpSolver(problem, new CpSettings { Sweeps = 20 }).Solve(new CpStarts(problem, new TapGrid([3, 3]), 1).Leading(10));
        }

        var (plain, big) = (Solve(sigma), Solve(scaled));

        Math.Sqrt(big.SquaredError).ShouldBe(64 * Math.Sqrt(plain.SquaredError), 1e-8 * Math.Sqrt(big.SquaredError));
        foreach (var (a, b) in plain.Factors.Parts.Zip(big.Factors.Parts))
        {
            a.Values.Zip(b.Values, (x, y) => Math.Abs(x - y)).Max().ShouldBeLessThan(1e-7);
        }
    }

    [Theory]
    [MemberData(nameof(Grids))]
    public void The_gradient_vanishes_at_return(int[] axes)
    {
        var random = new Random64(2);
        var problem = TestProblem.Create(random.Matrix(6, 5 * 9), random.Sigma(5 * 9, 0.97), 9);
        var start = PlainCp.Random(random, 6, 5, axes, 3);

        var solution = new CpSolver(problem, Long with { Tolerance = 0 }).Solve(start);

        for (var part = 0; part < 2 + axes.Length; part++)
        {
            GradientNorm(problem, solution.Factors, part).ShouldBeLessThan(1e-6 * GradientNorm(problem, start, part));
        }
    }

    [Theory]
    [MemberData(nameof(Grids))]
    public void Anisotropic_moments_make_the_weighted_solution_better_where_it_counts_and_worse_elsewhere(int[] axes)
    {
        var random = new Random64(11);
        var (weight, sigma) = (random.Matrix(12, 10 * 9), random.Sigma(10 * 9, 0.7));
        Matrix Solved(KernelProblem problem) =>
            PlainCp.Reconstruct(new CpSolver(problem, new CpSettings { Sweeps = 60 }).Solve(new CpStarts(problem, new TapGrid(axes), 1).Leading(12)).Factors);

        var weighted = Solved(TestProblem.Create(weight, sigma, 9));
        var plain = Solved(TestProblem.Frobenius(weight, 9));

        var identity = Matrix.Identity(10 * 9);
        PlainError.Of(weight, weighted, sigma).ShouldBeLessThan(0.7 * PlainError.Of(weight, plain, sigma));
        PlainError.Of(weight, weighted, identity).ShouldBeGreaterThan(PlainError.Of(weight, plain, identity));
    }

    [Fact]
    public void Dead_input_channels_give_finite_factors()
    {
        var problem = TestProblem.WithDeadChannels();
        foreach (var rank in new[] { 4, 20 })
        {
            var solution = new CpSolver(problem, new CpSettings { Sweeps = 8 }).Solve(new CpStarts(problem, new TapGrid([3, 3]), 1).Leading(rank));

            foreach (var part in solution.Factors.Parts)
            {
                part.Values.ShouldAllBe(value => Math.Abs(value) < 1e3);
            }

            solution.Errors[^1].ShouldBeLessThan(rank == 4 ? 0.95 : 0.7);
        }
    }

    private static double GradientNorm(KernelProblem problem, CpFactors factors, int part)
    {
        // Central differences are exact for a quadratic but for rounding.
        var values = factors.Parts.ElementAt(part).Values;
        var sum = 0.0;
        for (var i = 0; i < values.Length; i++)
        {
            var (kept, step) = (values[i], 0.05);
            values[i] = kept + step;
            var above = problem.Error(factors.Reconstruct(problem.Algebra));
            values[i] = kept - step;
            var below = problem.Error(factors.Reconstruct(problem.Algebra));
            values[i] = kept;
            sum += Math.Pow((above - below) / (2 * step), 2);
        }

        return Math.Sqrt(sum);
    }
}
