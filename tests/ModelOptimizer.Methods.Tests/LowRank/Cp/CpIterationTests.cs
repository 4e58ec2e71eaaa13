using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.LowRank;

public class CpIterationTests
{
    [Theory]
    [InlineData(3, 3, 12)]
    [InlineData(3, 3, 4)]
    [InlineData(9, 0, 12)]
    [InlineData(1, 9, 5)]
    public void The_objective_never_rises_in_any_block_update(int height, int width, int rank)
    {
        int[] axes = width == 0 ? [height] : [height, width];
        var random = new Random64(8);
        var (weight, sigma) = (random.Matrix(10, 8 * 9), random.Sigma(8 * 9));
        var problem = TestProblem.Create(weight, sigma, 9);
        foreach (var ridge in new[] { 0, 1e-3 })
        {
            var iteration = new CpIteration(problem, PlainCp.Random(random, 10, 8, axes, rank), Jitter.Relative) { Ridge = ridge };
            List<double> objective = [];
            void Took() => objective.Add(PlainError.Of(weight, PlainCp.Reconstruct(iteration.Factors), sigma) + iteration.Penalty);
            for (var sweep = 0; sweep < 5; sweep++)
            {
                iteration.UpdateOutput();
                Took();
                iteration.UpdateInput(InnerAccuracy.Loose);
                Took();
                for (var axis = 0; axis < axes.Length; axis++)
                {
                    iteration.UpdateAxis(axis, InnerAccuracy.Loose);
                    Took();
                }

                (iteration.SquaredErrorAtOptimum + iteration.Penalty).ShouldBe(objective[^1], 1e-10 * problem.Energy);
                iteration.Balance();
                Took();
            }

            objective.Zip(objective.Skip(1)).ShouldAllBe(pair => pair.Second <= pair.First + (1e-12 * problem.Energy));
            objective[^1].ShouldBeLessThan(0.95 * objective[0]);
        }
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(6, 0)]
    public void Identity_moments_give_ordinary_alternating_least_squares_block_for_block(int height, int width)
    {
        int[] axes = width == 0 ? [height] : [height, width];
        var random = new Random64(4);
        var weight = random.Matrix(7, 5 * 6);
        var start = PlainCp.Random(random, 7, 5, axes, 4);
        foreach (var problem in new[] { TestProblem.Create(weight, Matrix.Identity(5 * 6), 6), TestProblem.Frobenius(weight, 6) })
        {
            var iteration = new CpIteration(problem, start, Jitter.Relative);
            var plain = start.Parts.ToList();
            for (var sweep = 0; sweep < 3; sweep++)
            {
                for (var block = 0; block < plain.Count; block++)
                {
                    plain[block] = PlainCp.Block(weight, plain, block);
                    switch (block)
                    {
                        case 0:
                            iteration.UpdateOutput();
                            break;
                        case 1:
                            iteration.UpdateInput(InnerAccuracy.Tight);
                            break;
                        default:
                            iteration.UpdateAxis(block - 2, InnerAccuracy.Tight);
                            break;
                    }

                    var found = iteration.Factors.Parts.ElementAt(block);
                    found
                        .Values.Zip(plain[block].Values, (a, b) => Math.Abs(a - b))
                        .Max()
                        .ShouldBeLessThan(1e-8 * plain[block].Values.Max(Math.Abs), $"sweep {sweep}, block {block}");
                }
            }
        }
    }

    [Theory]
    [InlineData(3, 3, 6)]
    [InlineData(9, 0, 4)]
    [InlineData(1, 9, 20)]
    public void Sums_over_taps_are_the_same_from_all_pairs_of_taps_and_from_the_moments(int height, int width, int rank)
    {
        int[] axes = width == 0 ? [height] : [height, width];
        var random = new Random64(22);
        var factors = PlainCp.Random(random, 10, 8, axes, rank);
        var scale = random.Normals(rank);
        foreach (var problem in new[] { TestProblem.Create(), TestProblem.Frobenius(random.Matrix(10, 8 * 9), 9) })
        {
            CpProjections[] both = [new GatheredProjections(problem, factors.Input), new ExpandedProjections(problem, factors.Input)];
            void ShouldAgree(Func<CpProjections, Matrix> sums)
            {
                var (gathered, expanded) = (sums(both[0]).Values, sums(both[1]).Values);
                expanded.Zip(gathered, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-11 * gathered.Max(Math.Abs));
            }

            for (var turn = 0; turn < 2; turn++)
            {
                var grid = new TapGrid(axes);
                for (var axis = 0; axis < axes.Length; axis++)
                {
                    ShouldAgree(projections => projections.Gram(factors.TapsWithout(axis), tap => grid.Place(tap, axis), axes[axis]));
                }

                ShouldAgree(projections => projections.Gram(factors.Taps(), _ => 0, 1));
                ShouldAgree(projections => projections.Product(factors.Taps()));
                ShouldAgree(projections => projections.Correlation(factors.Output));
                Array.ForEach(both, projections => projections.Scale(scale));
            }
        }
    }

    [Fact]
    public void Sums_of_a_large_window_on_few_channels_are_made_from_its_moments()
    {
        CpEffort.IsExpanded(3, 100, [16, 16]).ShouldBeTrue();
        CpEffort.IsExpanded(64, 60, [3, 3]).ShouldBeFalse();
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(9, 0)]
    public void Both_solutions_of_the_input_system_are_that_of_the_assembled_one(int height, int width)
    {
        int[] axes = width == 0 ? [height] : [height, width];
        var random = new Random64(21);
        var (inputs, outputs, taps, rank, ridge) = (6, 7, 9, 4, 1e-2);
        var (weight, sigma) = (random.Matrix(outputs, inputs * taps), random.Sigma(inputs * taps));
        var problem = TestProblem.Create(weight, sigma, taps);
        var factors = PlainCp.Random(random, outputs, inputs, axes, rank);
        var system = new InputSystem(problem, Jitter.Relative, CancellationToken.None);

        // The system index by index, from its definition.
        double Together(int r, int q) => Enumerable.Range(0, outputs).Sum(t => factors.Output[t, r] * factors.Output[t, q]);
        double P(int t, int s, int k) => Enumerable.Range(0, inputs * taps).Sum(j => weight[t, j] * sigma[j, (s * taps) + k]);
        var size = inputs * rank;
        var assembled = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(size, size, (row, column) =>
        {
            var (s, r, s2, r2) = (row / rank, row % rank, column / rank, column % rank);
            var sum = 0.0;
            for (var k = 0; k < taps; k++)
            {
                for (var k2 = 0; k2 < taps; k2++)
                {
                    sum += PlainCp.Tap(factors, k, r) * sigma[(s * taps) + k, (s2 * taps) + k2] * PlainCp.Tap(factors, k2, r2);
                }
            }

            return (sum * Together(r, r2)) + (row == column ? ridge : 0);
        });
        var right = MathNet.Numerics.LinearAlgebra.Vector<double>.Build.Dense(size, row =>
            Enumerable
                .Range(0, outputs)
                .Sum(t => Enumerable.Range(0, taps).Sum(k => factors.Output[t, row % rank] * PlainCp.Tap(factors, k, row % rank) * P(t, row / rank, k)))
        );
        var expected = assembled.Cholesky().Solve(right);

        foreach (var solved in new[] { system.SolveDense(factors, ridge), system.SolveIteratively(factors, ridge, InnerAccuracy.Tight) })
        {
            for (var i = 0; i < size; i++)
            {
                solved.Values[i].ShouldBe(expected[i], 1e-8 * expected.L2Norm());
            }
        }
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(9, 0)]
    public void Conjugate_gradients_of_an_axis_end_at_the_assembled_solution_and_lower_the_objective_on_the_way(int height, int width)
    {
        int[] axes = width == 0 ? [height] : [height, width];
        var random = new Random64(23);
        var (weight, sigma) = (random.Matrix(7, 6 * 9), random.Sigma(6 * 9));
        var problem = TestProblem.Create(weight, sigma, 9);
        var factors = PlainCp.Random(random, 7, 6, axes, 4);
        var projections = CpProjections.Of(problem, factors);
        var system = new AxisSystem(problem, Jitter.Relative, CancellationToken.None);
        for (var axis = 0; axis < axes.Length; axis++)
        {
            var expected = system.SolveDense(factors, projections, axis, 1e-2);

            var found = system.SolveIteratively(factors, projections, axis, 1e-2, InnerAccuracy.Tight);

            found.Values.Zip(expected.Values, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-8 * expected.Values.Max(Math.Abs));
            double Objective(Matrix factor)
            {
                var with = factors with { Axes = [.. factors.Axes.Select((other, index) => index == axis ? factor : other)] };
                return PlainError.Of(weight, PlainCp.Reconstruct(with), sigma) + (1e-2 * factor.Values.Sum(value => value * value));
            }

            var steps = Enumerable
                .Range(0, 5)
                .Select(count => Objective(system.SolveIteratively(factors, projections, axis, 1e-2, new InnerAccuracy(0, count))))
                .ToList();
            steps[0].ShouldBe(Objective(factors.Axes[axis]), 1e-12 * steps[0]);
            steps.Zip(steps.Skip(1)).ShouldAllBe(pair => pair.Second < pair.First);
            steps[^1].ShouldBeGreaterThanOrEqualTo(Objective(expected));
        }
    }

    [Fact]
    public void Equations_of_large_windows_are_not_assembled()
    {
        CpEffort.IsAssembled(3, 256, 600, 16).ShouldBeFalse();
        CpEffort.IsAssembled(3, 256, 600, 256).ShouldBeFalse();
        CpEffort.IsAssembled(64, 9, 252, 9).ShouldBeTrue();
        CpEffort.IsAssembled(512, 9, 2000, 3).ShouldBeTrue();
    }

    [Fact]
    public void Balancing_gives_the_columns_of_a_component_one_norm_and_keeps_the_kernel()
    {
        var factors = PlainCp.Random(new Random64(5), 6, 4, [3, 2], 5);

        var balanced = factors.Balanced();

        PlainCp.Reconstruct(balanced).Values.Zip(PlainCp.Reconstruct(factors).Values, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-12);
        for (var r = 0; r < 5; r++)
        {
            balanced.Parts.Select(part => CpFactors.ColumnNorm(part, r)).ShouldAllBe(norm => Math.Abs(norm - CpFactors.ColumnNorm(balanced.Output, r)) < 1e-12);
        }
    }

    [Fact]
    public void The_fast_reconstruction_is_the_definition()
    {
        var factors = PlainCp.Random(new Random64(5), 6, 4, [3, 2], 5);

        var fast = TapOrder.ColumnsToChannelMajor(factors.Reconstruct(TestProblem.Algebra), 6);

        fast.Values.Zip(PlainCp.Reconstruct(factors).Values, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-12);
    }
}
