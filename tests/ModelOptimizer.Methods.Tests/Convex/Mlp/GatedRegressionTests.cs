using ModelOptimizer.Methods.Convex.Mlp;
using ModelOptimizer.Methods.Convex.Mlp.Proximal;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.Convex.Mlp;

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
        path.Zip(path.Skip(1)).ShouldAllBe(pair => pair.Second.Lambda < pair.First.Lambda && pair.Second.Result.End.Objective < pair.First.Result.End.Objective);
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

        foreach (var found in new[] { regression.Gated(weights).Predict(Algebra, problem.Raw), regression.Relu(weights, default).Predict(Algebra, problem.Raw) })
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
        foreach (var found in new[] { regression.Gated(weights).Predict(Algebra, problem.Raw), regression.Relu(weights, default).Predict(Algebra, problem.Raw) })
        {
            (found.Rows, found.Columns).ShouldBe((80, 2));
            found.Values.ShouldAllBe(value => value == 0);
        }
    }

    [Fact]
    public void Samples_without_targets_are_refused() =>
        Should.Throw<ArgumentException>(() => new GatedRegression(Algebra, new Matrix(4, 3), new Matrix(5, 2), 10, bias: true, 1));

    private static GatedRegression Create(ToyRegression problem)
    {
        var regression = new GatedRegression(Algebra, problem.Raw, problem.Targets, 25, bias: true, 1);
        regression.GateCount.ShouldBe(problem.Gates.Directions.Rows);
        return regression;
    }
}
