using MathNet.Numerics.LinearAlgebra;
using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.Convex;

public class RestartedFistaTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.1)]
    [InlineData(0.01)]
    public void The_optimality_conditions_of_the_group_lasso_hold_where_it_ends(double share)
    {
        var problem = new ToyRegression();
        var lambda = share * problem.LambdaMax;

        var weights = problem.Solve(lambda).Weights;

        var gradient = problem.Gradient(weights);
        for (var j = 0; j < weights.Rows; j++)
        {
            var norm = ToyRegression.Norm(weights.Row(j));
            if (norm == 0)
            {
                ToyRegression.Norm(gradient.Row(j)).ShouldBeLessThanOrEqualTo(lambda * (1 + 1e-9));
            }
            else
            {
                ToyRegression
                    .Norm([.. gradient.Row(j).ToArray().Zip(weights.Row(j).ToArray(), (slope, u) => slope + (lambda * u / norm))])
                    .ShouldBeLessThan(1e-6);
            }
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.3)]
    [InlineData(0.1)]
    [InlineData(0.03)]
    public void Block_coordinate_descent_ends_at_the_same_objective_and_the_same_zeros(double share)
    {
        var problem = new ToyRegression();
        var lambda = share * problem.LambdaMax;
        var (inputs, targets) = (Dense(problem.Inputs), Dense(problem.Targets));
        List<Matrix<double>> features =
        [
            .. Enumerable
                .Range(0, problem.Gates.Patterns.Rows)
                .Select(i => Matrix<double>.Build.DiagonalOfDiagonalArray(problem.Gates.Patterns.Row(i).ToArray()) * inputs),
        ];

        var result = problem.Solve(lambda);

        var descent = BlockDescent.Solve(features, targets, lambda);
        var expected = new Matrix(result.Weights.Rows, result.Weights.Columns, [.. descent.SelectMany(row => row)]);
        var objective = problem.Objective(expected, lambda);
        result.End.Objective.ShouldBe(objective, 1e-10 * objective);
        for (var j = 0; j < expected.Rows; j++)
        {
            (ToyRegression.Norm(result.Weights.Row(j)) == 0).ShouldBe(ToyRegression.Norm(expected.Row(j)) == 0, $"group {j}");
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.1)]
    [InlineData(0.001)]
    public void The_gap_is_never_negative_never_below_the_true_distance_and_closes(double share)
    {
        var problem = new ToyRegression();

        var history = problem.Solve(share * problem.LambdaMax).History;

        history.ShouldAllBe(iteration => iteration.Gap >= 0);
        var least = history[^1].Objective;
        history.ShouldAllBe(iteration => iteration.Objective - least <= iteration.Gap + (1e-12 * iteration.Objective));
        history[^1].RelativeGap.ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void The_reported_numbers_are_those_of_plain_loops()
    {
        var problem = new ToyRegression();
        var lambda = 0.1 * problem.LambdaMax;

        var result = problem.Solve(lambda, new FistaSettings { Iterations = 7 });

        result.History.Count.ShouldBe(8);
        result.End.Number.ShouldBe(7);
        result.End.Objective.ShouldBe(problem.Objective(result.Weights, lambda), 1e-12 * result.End.Objective);
        // The dual value at the residual, scaled into the dual's feasible set.
        var (prediction, gradient) = (problem.Predict(result.Weights), problem.Gradient(result.Weights));
        var scale = Math.Min(1, lambda / Enumerable.Range(0, gradient.Rows).Max(j => ToyRegression.Norm(gradient.Row(j))));
        double[] theta = [.. problem.Targets.Values.Zip(prediction.Values, (y, p) => scale * (y - p))];
        var dual = problem.Targets.Values.Zip(theta, (y, t) => (y * y) - ((y - t) * (y - t))).Sum() / (2 * problem.Inputs.Rows);
        result.End.Gap.ShouldBe(result.End.Objective - dual, 1e-12 * result.End.Objective);
    }

    [Fact]
    public void From_the_largest_lambda_on_everything_is_zero_and_just_below_it_is_not()
    {
        var problem = new ToyRegression();
        var start = new Random64(5).Matrix(problem.Loss.Map.Groups, problem.Loss.Map.Width);

        foreach (var share in new[] { 1, 1.5 })
        {
            problem.Solve(share * problem.LambdaMax).Weights.Values.ShouldAllBe(value => value == 0);
            problem.Solve(share * problem.LambdaMax, start: start).Weights.Values.ShouldAllBe(value => value == 0);
        }

        problem.Solve((1 - 1e-6) * problem.LambdaMax).Weights.Values.ShouldContain(value => value != 0);
    }

    [Fact]
    public void Where_it_starts_does_not_matter()
    {
        var problem = new ToyRegression();
        var lambda = 0.05 * problem.LambdaMax;
        var expected = problem.Solve(lambda).End.Objective;

        for (var seed = 1; seed <= 5; seed++)
        {
            var start = new Random64(seed).Matrix(problem.Loss.Map.Groups, problem.Loss.Map.Width);

            problem.Solve(lambda, start: start).End.Objective.ShouldBe(expected, 1e-8 * expected);
        }
    }

    [Fact]
    public void A_given_gap_ends_it_as_soon_as_it_is_reached()
    {
        var problem = new ToyRegression();

        var result = problem.Solve(0.1 * problem.LambdaMax, new FistaSettings { MaxGap = 1e-4 });

        var history = result.History;

        history[^1].RelativeGap.ShouldBeLessThanOrEqualTo(1e-4);
        history.SkipLast(1).ShouldAllBe(iteration => iteration.RelativeGap > 1e-4);
        result.Series("student").Select(line => line.Points[^1].Y).ShouldBe([history[^1].Objective, history[^1].RelativeGap]);
    }

    [Fact]
    public void Nothing_to_learn_ends_at_once()
    {
        var problem = new ToyRegression();
        var loss = new SquaredLoss(problem.Loss.Map, new Matrix(2, problem.Inputs.Rows));

        var result = new RestartedFista(loss, new GroupPenalty(1), new FistaSettings { MaxGap = 1e-4 }).Solve();

        (result.History.Count, result.End.Objective).ShouldBe((1, 0));
    }

    [Fact]
    public void Rounding_of_the_predictions_does_not_shorten_the_step()
    {
        var problem = new ToyRegression();
        var loss = new SquaredLoss(new RoundingMap(problem.Loss.Map), problem.Loss.Target);

        var result = new RestartedFista(loss, new GroupPenalty(0.3 * problem.LambdaMax), new FistaSettings { Tolerance = 0, Iterations = 3_000 }).Solve();

        result.Step.ShouldBeGreaterThan(0.1);
    }

    [Fact]
    public void The_same_problem_gives_the_same_bits_and_cancellation_ends_it()
    {
        using var source = new CancellationTokenSource();
        FistaResult Solve(CancellationToken cancellation) => new ToyRegression().Solve(0.1, new FistaSettings { Iterations = 50, Cancellation = cancellation });

        Solve(default).Weights.Values.ShouldBe(Solve(default).Weights.Values);
        source.Cancel();
        Should.Throw<OperationCanceledException>(() => Solve(source.Token));
    }

    private static Matrix<double> Dense(Matrix matrix) => Matrix<double>.Build.DenseOfRowMajor(matrix.Rows, matrix.Columns, matrix.Values);
}
