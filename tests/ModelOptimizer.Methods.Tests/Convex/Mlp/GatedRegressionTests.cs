using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.Convex;

public class GatedRegressionTests
{
    private static readonly ILinearAlgebra Algebra = TestProblem.Algebra;

    [Fact]
    public void Every_point_of_a_path_is_the_minimum_that_a_start_from_zero_finds()
    {
        var problem = new ToyRegression();
        var regression = Create(problem);

        var path = regression.Path(1e-3, 6, ToyRegression.Tight).ToList();

        path.Count.ShouldBe(6);
        path[^1].Lambda.ShouldBe(1e-3 * regression.LambdaMax, 1e-15);
        path.Zip(path.Skip(1))
            .ShouldAllBe(pair => pair.Second.Lambda < pair.First.Lambda && pair.Second.Result.End.Objective < pair.First.Result.End.Objective);
        foreach (var point in path)
        {
            var expected = regression.Solve(point.Lambda, ToyRegression.Tight).End.Objective;
            point.Result.End.Objective.ShouldBe(expected, 1e-8 * expected);
        }
    }

    [Fact]
    public void Both_networks_give_on_raw_inputs_what_the_solution_gives()
    {
        var problem = new ToyRegression();
        var regression = Create(problem);
        var weights = regression.Solve(0.05 * regression.LambdaMax, new FistaSettings { MaxGap = 1e-4 }).Weights;
        var expected = problem.Predict(weights);

        foreach (
            var found in new[] { regression.Gated(weights).Predict(Algebra, problem.Raw), regression.Relu(weights, default).Predict(Algebra, problem.Raw) }
        )
        {
            found.Values.Zip(expected.Values, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-9);
        }
    }

    [Fact]
    public void A_solution_of_zeros_is_a_network_without_neurons_that_gives_zeros()
    {
        var problem = new ToyRegression();
        var regression = Create(problem);

        var weights = regression.Solve(regression.LambdaMax, new FistaSettings { MaxGap = 1e-4 }).Weights;

        regression.Gated(weights).GateOf.ShouldBeEmpty();
        foreach (
            var found in new[] { regression.Gated(weights).Predict(Algebra, problem.Raw), regression.Relu(weights, default).Predict(Algebra, problem.Raw) }
        )
        {
            (found.Rows, found.Columns).ShouldBe((80, 2));
            found.Values.ShouldAllBe(value => value == 0);
        }
    }

    [Theory]
    [InlineData(20, 60)]
    [InlineData(7, 6)]
    public void With_fewer_samples_than_inputs_the_solution_is_that_of_the_whole_problem(int samples, int inputs)
    {
        var problem = new ToyRegression(samples, inputs);
        var regression = Create(problem);
        regression.LambdaMax.ShouldBe(problem.LambdaMax, 1e-12 * problem.LambdaMax);

        var (whole, found) = (problem.Solve(0.05 * problem.LambdaMax), regression.Solve(0.05 * problem.LambdaMax, ToyRegression.Tight));

        found.End.Objective.ShouldBe(whole.End.Objective, 1e-9 * whole.End.Objective);
        found.Weights.Columns.ShouldBeLessThanOrEqualTo(samples);
        var others = new Random64(9).Matrix(50, inputs);
        var expected = regression.Gated(found.Weights).Predict(Algebra, others);
        var scaling = InputScaling.Of(problem.Raw);
        Difference(GatedNetwork.Of(problem.Gates.Directions, whole.Weights).InInputUnits(scaling).Predict(Algebra, others), expected).ShouldBeLessThan(1e-6);
        Difference(regression.Relu(found.Weights, default).Predict(Algebra, problem.Raw), regression.Gated(found.Weights).Predict(Algebra, problem.Raw))
            .ShouldBeLessThan(1e-9);
    }

    [Fact]
    public void A_linear_teacher_needs_no_gate()
    {
        var random = new Random64(5);
        var (raw, layer) = (random.Matrix(60, 8), new AffineLayer(random.Matrix(3, 8), [1, -2, 3]));
        var regression = new GatedRegression(Algebra, raw, layer.Apply(Algebra, raw).Transpose(), 20, 1);

        var network = regression.Gated(regression.Solve(1e-4 * regression.LambdaMax, ToyRegression.Tight).Weights);

        (network.GateCount, network.Output.Columns).ShouldBe((0, 3));
        var others = random.Matrix(40, 8);
        Difference(network.Predict(Algebra, others), layer.Apply(Algebra, others).Transpose()).ShouldBeLessThan(1e-2);
    }

    [Fact]
    public void Samples_without_targets_are_refused() =>
        Should.Throw<ArgumentException>(() => new GatedRegression(Algebra, new Matrix(4, 3), new Matrix(5, 2), 10, 1));

    private static double Difference(Matrix a, Matrix b) => a.Values.Zip(b.Values, (x, y) => Math.Abs(x - y)).Max();

    private static GatedRegression Create(ToyRegression problem)
    {
        var regression = new GatedRegression(Algebra, problem.Raw, problem.Targets, 25, 1);
        regression.GateCount.ShouldBe(problem.Gates.Directions.Rows);
        return regression;
    }
}
