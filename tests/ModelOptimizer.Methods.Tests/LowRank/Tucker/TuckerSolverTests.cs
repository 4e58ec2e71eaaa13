using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.LowRank;

public class TuckerSolverTests
{
    private static readonly TuckerSettings Long = new() { Sweeps = 1000, Tolerance = 1e-13 };

    [Theory]
    [InlineData(nameof(TuckerVariant.Joint))]
    [InlineData(nameof(TuckerVariant.Published))]
    public void The_reported_error_is_the_objective_of_the_reported_factors(string variant)
    {
        var random = new Random64(3);
        var (weight, sigma) = (random.Matrix(10, 8 * 9), random.Sigma(8 * 9));
        var problem = TestProblem.Create(weight, sigma, 9);

        var solution = new TuckerSolver(problem, new TuckerSettings { Variant = Enum.Parse<TuckerVariant>(variant) }).Solve(5, 4);

        var plain = PlainError.Of(weight, PlainError.Reconstruct(solution.Factors, 9), sigma);
        solution.SquaredError.ShouldBe(plain, 1e-11 * problem.Energy);
        Error(problem, solution.Factors).ShouldBe(plain, 1e-11 * problem.Energy);
        solution.Errors[^1].ShouldBe(Math.Sqrt(plain / problem.Energy), 1e-9);
    }

    [Theory]
    [InlineData(6, 5)]
    [InlineData(3, 7)]
    [InlineData(9, 2)]
    [InlineData(10, 4)]
    public void Both_variants_never_let_the_objective_rise_in_any_block_update(int outputRank, int inputRank)
    {
        var problem = TestProblem.Create();
        var random = new Random64(8);
        var start = TestProblem.Algebra.Qr(random.Matrix(8, inputRank)).Q;
        var factors = new JointStep(problem, start, Jitter.Relative).Factors(outputRank);
        List<double> objective = [Error(problem, factors)];
        void Took(TuckerFactors next) => objective.Add(Error(problem, factors = next));
        for (var sweep = 0; sweep < 6; sweep++)
        {
            Took(InputStep.Update(problem, factors, InnerAccuracy.Loose));
            Took(InputStep.Update(problem, factors, InnerAccuracy.Tight));
            Took(OutputStep.Update(problem, factors, problem.Metric.CoreGram(factors.Input), problem.ProjectedProduct(factors.Input), Jitter.Relative));
            Took(
                factors with
                {
                    Core = CoreStep.Solve(
                        problem,
                        factors.Output,
                        problem.Metric.CoreGram(factors.Input),
                        problem.ProjectedProduct(factors.Input),
                        Jitter.Relative
                    ),
                }
            );
            Took(factors.Orthonormal(TestProblem.Algebra));
            Took(InputStep.Update(problem, factors, InnerAccuracy.Tight));
            Took(new JointStep(problem, TestProblem.Algebra.Qr(factors.Input).Q, Jitter.Relative).Factors(outputRank));
        }

        objective.Zip(objective.Skip(1)).ShouldAllBe(pair => pair.Second <= pair.First + (1e-12 * problem.Energy));
        objective[^1].ShouldBeLessThan(objective[0]);
    }

    [Fact]
    public void Identity_moments_give_the_error_of_higher_order_orthogonal_iteration()
    {
        var weight = new Random64(5).Matrix(10, 8 * 9);

        var covariance = new TuckerSolver(TestProblem.Create(weight, Matrix.Identity(8 * 9), 9), Long).Solve(5, 4);
        var frobenius = new TuckerSolver(TestProblem.Frobenius(weight, 9), Long).Solve(5, 4);

        var expected = OrthogonalIteration.SquaredError(weight, 9, 5, 4);
        covariance.SquaredError.ShouldBe(expected, 1e-8 * expected);
        frobenius.SquaredError.ShouldBe(expected, 1e-8 * expected);
    }

    [Theory]
    [InlineData(1e-11)]
    public void Full_ranks_reproduce_the_kernel(double tolerance)
    {
        var problem = TestProblem.Create();

        var solution = new TuckerSolver(problem, Long).Solve(10, 8);

        Math.Sqrt(Error(problem, solution.Factors) / problem.Energy).ShouldBeLessThan(1e-12);
        solution.Errors[^1].ShouldBeLessThan(tolerance);
    }

    [Theory]
    [InlineData(nameof(TuckerVariant.Joint))]
    [InlineData(nameof(TuckerVariant.Published))]
    public void A_kernel_of_low_rank_is_recovered_at_its_ranks(string variant)
    {
        var random = new Random64(6);
        var built = new TuckerFactors(random.Matrix(10, 4), random.Matrix(4, 9 * 3), random.Matrix(8, 3));
        var problem = TestProblem.Create(PlainError.Reconstruct(built, 9), random.Sigma(8 * 9), 9);

        var solution = new TuckerSolver(problem, Long with { Variant = Enum.Parse<TuckerVariant>(variant) }).Solve(4, 3);

        Math.Sqrt(Error(problem, solution.Factors) / problem.Energy).ShouldBeLessThan(1e-12);
    }

    [Theory]
    [InlineData(10, 8, 3)]
    [InlineData(8, 10, 5)]
    [InlineData(30, 6, 4)]
    [InlineData(6, 30, 6)]
    public void A_kernel_of_one_tap_loses_the_discarded_singular_values_of_its_weighted_matrix(int outputs, int inputs, int rank)
    {
        var random = new Random64(7);
        var (weight, sigma) = (random.Matrix(outputs, inputs), random.Sigma(inputs));
        var problem = TestProblem.Create(weight, sigma, 1);

        var solution = new TuckerSolver(problem, Long).Solve(rank, inputs);

        // Independent of the product: the singular values of W·L from a library's own decomposition.
        var left = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.DenseOfRowMajor(outputs, inputs, weight.Values);
        var root = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.DenseOfRowMajor(inputs, inputs, sigma.Values).Cholesky().Factor;
        var expected = (left * root).Svd().S.Skip(rank).Sum(value => value * value);
        solution.SquaredError.ShouldBe(expected, 1e-10 * problem.Energy);
        PlainError.Of(weight, PlainError.Reconstruct(solution.Factors, 1), sigma).ShouldBe(expected, 1e-10 * problem.Energy);
    }

    [Fact]
    public void Scaling_the_moments_changes_no_factor_and_scales_the_error()
    {
        var random = new Random64(9);
        var (weight, sigma) = (random.Matrix(10, 8 * 9), random.Sigma(8 * 9));
        var scaled = new Matrix(sigma.Rows, sigma.Columns, [.. sigma.Values.Select(value => 4096 * value)]);

        var plain = new TuckerSolver(TestProblem.Create(weight, sigma, 9), new TuckerSettings()).Solve(5, 4);
        var big = new TuckerSolver(TestProblem.Create(weight, scaled, 9), new TuckerSettings()).Solve(5, 4);

        Math.Sqrt(big.SquaredError).ShouldBe(64 * Math.Sqrt(plain.SquaredError), 1e-8 * Math.Sqrt(big.SquaredError));
        Largest(plain.Factors.Output, big.Factors.Output).ShouldBeLessThan(1e-8);
        Largest(plain.Factors.Core, big.Factors.Core).ShouldBeLessThan(1e-8);
        Largest(plain.Factors.Input, big.Factors.Input).ShouldBeLessThan(1e-8);
    }

    [Theory]
    [InlineData(nameof(TuckerVariant.Joint))]
    [InlineData(nameof(TuckerVariant.Published))]
    public void The_gradient_vanishes_at_return(string variant)
    {
        var problem = TestProblem.Create(6, 5, 4, decay: 0.97);
        var first = new JointStep(problem, TestProblem.Algebra.Qr(new Random64(2).Matrix(5, 2)).Q, Jitter.Relative).Factors(3);
        var solution = new TuckerSolver(problem, Long with { Variant = Enum.Parse<TuckerVariant>(variant), Tolerance = 0 }).Solve(3, 2, first.Input);

        // At a joint optimum for fixed U_S only U_S's gradient is not zero at the start; perturb so that all three are.
        var random = new Random64(4);
        var away = new TuckerFactors(Nudged(first.Output, random), Nudged(first.Core, random), Nudged(first.Input, random));
        foreach (var part in (Func<TuckerFactors, Matrix>[])[f => f.Output, f => f.Core, f => f.Input])
        {
            var initial = GradientNorm(problem, away, part);
            GradientNorm(problem, solution.Factors, part).ShouldBeLessThan(1e-6 * initial);
        }
    }

    [Fact]
    public void Anisotropic_moments_make_the_weighted_solution_better_where_it_counts_and_worse_elsewhere()
    {
        var random = new Random64(11);
        var (weight, sigma) = (random.Matrix(12, 10 * 9), random.Sigma(10 * 9, 0.7));
        var identity = Matrix.Identity(10 * 9);

        var weighted = PlainError.Reconstruct(new TuckerSolver(TestProblem.Create(weight, sigma, 9), Long).Solve(6, 5).Factors, 9);
        var plain = PlainError.Reconstruct(new TuckerSolver(TestProblem.Frobenius(weight, 9), Long).Solve(6, 5).Factors, 9);

        PlainError.Of(weight, weighted, sigma).ShouldBeLessThan(0.7 * PlainError.Of(weight, plain, sigma));
        PlainError.Of(weight, weighted, identity).ShouldBeGreaterThan(PlainError.Of(weight, plain, identity));
    }

    [Fact]
    public void The_joint_variant_needs_no_more_sweeps_than_the_published_one()
    {
        var problem = TestProblem.Create();

        var joint = new TuckerSolver(problem, new TuckerSettings()).Solve(5, 4);
        var published = new TuckerSolver(problem, new TuckerSettings { Variant = TuckerVariant.Published }).Solve(5, 4);

        joint.Errors.Count.ShouldBeLessThanOrEqualTo(published.Errors.Count);
        joint.Errors[^1].ShouldBe(published.Errors[^1], 0.02);
    }

    [Theory]
    [InlineData(nameof(TuckerVariant.Joint))]
    [InlineData(nameof(TuckerVariant.Published))]
    public void Dead_input_channels_give_finite_factors(string variant)
    {
        var problem = TestProblem.WithDeadChannels();
        var solution = new TuckerSolver(problem, new TuckerSettings { Variant = Enum.Parse<TuckerVariant>(variant) }).Solve(10, 6);

        solution.Factors.Core.Values.ShouldAllBe(value => Math.Abs(value) < 1e3);
        solution.Errors[^1].ShouldBeLessThan(1e-3);
    }

    private static double Error(KernelProblem problem, TuckerFactors factors) => problem.Error(factors.Reconstruct(problem.Algebra));

    private static double Largest(Matrix a, Matrix b) => a.Values.Zip(b.Values, (x, y) => Math.Abs(x - y)).Max();

    private static Matrix Nudged(Matrix matrix, Random64 random) =>
        new(matrix.Rows, matrix.Columns, [.. matrix.Values.Select(value => value + (0.3 * random.Normal()))]);

    private static double GradientNorm(KernelProblem problem, TuckerFactors factors, Func<TuckerFactors, Matrix> part)
    {
        // Central differences are exact for a quadratic but for rounding.
        var values = part(factors).Values;
        var sum = 0.0;
        for (var i = 0; i < values.Length; i++)
        {
            var (kept, step) = (values[i], 0.05);
            values[i] = kept + step;
            var above = Error(problem, factors);
            values[i] = kept - step;
            var below = Error(problem, factors);
            values[i] = kept;
            sum += Math.Pow((above - below) / (2 * step), 2);
        }

        return Math.Sqrt(sum);
    }
}
