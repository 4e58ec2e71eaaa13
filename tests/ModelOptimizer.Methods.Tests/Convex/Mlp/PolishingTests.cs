using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Methods.Tests.Convex;

public class PolishingTests
{
    private static readonly ILinearAlgebra Algebra = TestProblem.Algebra;

    [Theory]
    [InlineData(1, 0.1)]
    [InlineData(0.5, 0.1)]
    [InlineData(0.5, 0.01)]
    [InlineData(0.9, 1e-3)]
    public void The_optimality_conditions_of_the_elastic_net_hold_and_its_gap_closes(double mixing, double share)
    {
        var (problem, network, hidden) = Trained();
        var polishing = new Polishing(Algebra, hidden, problem.Targets, mixing);
        var lambda = share * polishing.LambdaMax;

        var result = polishing.Solve(lambda, network.Output.Transpose(), ToyRegression.Tight);

        var (rows, weight) = (result.Weights, lambda * Math.Sqrt(2));
        for (var j = 0; j < rows.Rows; j++)
        {
            double[] slope =
            [
                .. Enumerable
                    .Range(0, 2)
                    .Select(k => -Enumerable.Range(0, 80).Sum(sample => hidden[j, sample] * Residual(problem, hidden, rows, sample, k)) / 80),
            ];
            var norm = ToyRegression.Norm(rows.Row(j));
            if (norm == 0)
            {
                ToyRegression.Norm(slope).ShouldBeLessThanOrEqualTo(weight * mixing * (1 + 1e-9));
            }
            else
            {
                ToyRegression
                    .Norm([.. slope.Select((value, k) => value + (weight * (1 - mixing) * rows[j, k]) + (weight * mixing * rows[j, k] / norm))])
                    .ShouldBeLessThan(1e-6);
            }
        }

        result.History.ShouldAllBe(iteration => iteration.Objective - result.End.Objective <= iteration.Gap + (1e-12 * iteration.Objective));
        result.End.RelativeGap.ShouldBeLessThan(1e-5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.5)]
    public void It_never_raises_what_it_minimises(double mixing)
    {
        var (problem, network, hidden) = Trained();
        var polishing = new Polishing(Algebra, hidden, problem.Targets, mixing);
        foreach (var share in new[] { 0.5, 0.1, 0.01, 1e-3 })
        {
            foreach (var iterations in new[] { 0, 1, 2, 5, 20, 100, 1000 })
            {
                var lambda = share * polishing.LambdaMax;

                var result = polishing.Solve(lambda, network.Output.Transpose(), new FistaSettings { Iterations = iterations, Tolerance = 0 });

                double Objective(Matrix rows) =>
                    (Enumerable.Range(0, 160).Sum(i => Math.Pow(Residual(problem, hidden, rows, i / 2, i % 2), 2)) / 160)
                    + (
                        lambda
                        * Math.Sqrt(2)
                        * Enumerable
                            .Range(0, rows.Rows)
                            .Sum(j => (mixing * ToyRegression.Norm(rows.Row(j))) + ((1 - mixing) / 2 * ToyRegression.Dot(rows.Row(j), rows.Row(j))))
                    );
                var before = Objective(network.Output.Transpose());
                Objective(result.Weights).ShouldBeLessThanOrEqualTo(before * (1 + 1e-12));
                result.End.Objective.ShouldBe(Objective(result.Weights), 1e-12 * before);
            }
        }
    }

    [Fact]
    public void Neurons_of_zero_rows_are_gone_and_the_network_gives_what_the_new_layer_gives()
    {
        var (problem, network, hidden) = Trained();
        var polishing = new Polishing(Algebra, hidden, problem.Targets, 0.9);
        var rows = polishing.Solve(0.1 * polishing.LambdaMax, network.Output.Transpose(), ToyRegression.Tight).Weights;

        var polished = network.WithOutput(rows);

        polished.GateOf.Count.ShouldBe(rows.NonZeroRows().Count);
        polished.GateOf.Count.ShouldBeLessThan(network.GateOf.Count);
        (polished.Hidden.Weights.Rows, polished.Output.Columns).ShouldBe((polished.GateOf.Count, polished.GateOf.Count));
        polished.GateOf.Distinct().Count().ShouldBe(polished.Gates.Weights.Rows);
        var prediction = polished.Predict(Algebra, problem.Inputs);
        for (var i = 0; i < prediction.Values.Length; i++)
        {
            (problem.Targets.Values[i] - prediction.Values[i]).ShouldBe(Residual(problem, hidden, rows, i / 2, i % 2), 1e-12);
        }
    }

    [Fact]
    public void From_the_largest_lambda_on_no_neuron_is_left()
    {
        var (problem, network, hidden) = Trained();
        var polishing = new Polishing(Algebra, hidden, problem.Targets, 0.5);
        Matrix Solve(double share) => polishing.Solve(share * polishing.LambdaMax, network.Output.Transpose(), ToyRegression.Tight).Weights;

        Solve(1).NonZeroRows().ShouldBeEmpty();
        Solve(1 - 1e-6).NonZeroRows().ShouldNotBeEmpty();
    }

    private static (ToyRegression Problem, GatedNetwork Network, Matrix Hidden) Trained()
    {
        var problem = new ToyRegression();
        var network = GatedNetwork.Of(problem.Gates.Directions, problem.Solve(0.02 * problem.LambdaMax, new FistaSettings { MaxGap = 1e-4 }).Weights);
        return (problem, network, network.HiddenValues(Algebra, problem.Inputs));
    }

    private static double Residual(ToyRegression problem, Matrix hidden, Matrix rows, int sample, int output) =>
        problem.Targets[sample, output] - Enumerable.Range(0, rows.Rows).Sum(j => hidden[j, sample] * rows[j, output]);
}
