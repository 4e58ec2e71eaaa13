using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.LowRank;

/// <summary>What a layer's curve says of ranks, against solving for each of them.</summary>
public class TuckerCurveTests
{
    private static readonly TuckerSettings Converged = new() { Sweeps = 100, Tolerance = 1e-7 };

    [Theory]
    [InlineData(10, 8, 9)]
    [InlineData(40, 6, 4)]
    [InlineData(5, 12, 3)]
    [InlineData(3, 20, 4)]
    public void One_factor_of_all_directions_gives_the_error_of_the_first_of_them(int outputs, int inputs, int taps)
    {
        var problem = TestProblem.Create(outputs, inputs, taps);
        var form = new TuckerForm(new FactorShape(outputs, inputs, taps, 1));
        var directions = StartingFactors.WeightedInput(problem, form.FullInput);
        int[] ranks = [.. Enumerable.Range(1, form.FullInput)];

        var captured = NestedSteps.Captured(problem, directions, ranks, Jitter.Relative).ToList();

        foreach (var (rank, found) in ranks.Zip(captured))
        {
            var expected = new JointStep(problem, directions.LeadingColumns(rank), Jitter.Relative).Captured;
            foreach (var (value, index) in expected.Select((value, index) => (value, index)))
            {
                found[index].ShouldBe(value, 1e-9 * problem.Energy);
            }
        }
    }

    [Fact]
    public void With_all_directions_it_is_the_closed_form()
    {
        var problem = TestProblem.Create();
        var directions = StartingFactors.WeightedInput(problem, 8);

        var captured = NestedSteps.Captured(problem, directions, [8], Jitter.Relative).Single();

        foreach (var (value, index) in new OutputTruncation(problem).Captured.Select((value, index) => (value, index)))
        {
            captured[index].ShouldBe(value, 1e-9 * problem.Energy);
        }
    }

    [Theory]
    [InlineData(12, 14)]
    [InlineData(9, 16)]
    [InlineData(16, 8)]
    public void A_curve_falls_with_each_rank_and_is_a_few_percent_above_converged_sweeps(int inputs, int outputs)
    {
        var (numbers, problem) = Layer(inputs, outputs);
        var curve = new TuckerLayerSolver(numbers, TuckerVariant.Joint).Curve(1).ToDictionary(point => point.Ranks, point => point.SquaredError);

        curve.Count.ShouldBeGreaterThan(50);
        foreach (var (ranks, error) in curve)
        {
            foreach (var less in new[] { ranks with { Output = ranks.Output - 1 }, ranks with { Input = ranks.Input - 1 } })
            {
                curve.GetValueOrDefault(less, double.PositiveInfinity).ShouldBeGreaterThanOrEqualTo(error - 1e-9);
            }
        }

        List<double> above = [];
        foreach (var (ranks, error) in curve.Where((_, index) => index % 5 == 0))
        {
            var solved = new TuckerSolver(problem, Converged).Solve(ranks.Output, ranks.Input, Start(problem, ranks)).SquaredError / problem.Energy;
            error.ShouldBeGreaterThan(solved - 1e-9, ranks.ToString());
            above.Add((error / solved) - 1);
        }

        above.Average().ShouldBeLessThan(0.08);
        above.Max().ShouldBeLessThan(0.2);
    }

    private static Tensors.LinearAlgebra.Matrix? Start(KernelProblem problem, RankPair ranks) =>
        ranks.Input == problem.Inputs ? null : StartingFactors.WeightedInput(problem, ranks.Input);

    // A convolution behind another on images whose pixels are alike their neighbours, with channels that count less and less, as in a trained network.
    private static (LayerNumbers Numbers, KernelProblem Problem) Layer(int inputs, int outputs)
    {
        var model = new GraphBuilder()
            .Input("x", [-1, 3, 12, 12])
            .Conv("x", "first", inputs, 3, [5, 5], attributes: ("pads", new[] { 2, 2, 2, 2 }))
            .Node("Relu", ["first"], ["active"])
            .Conv("active", "second", outputs, inputs, [3, 3], attributes: ("pads", new[] { 1, 1, 1, 1 }))
            .Output("second")
            .Build();
        var weight = model.Graph.Initializer.First(tensor => tensor.Name == "second.w");
        double Decayed(double value, int index) => value * Math.Pow(0.8, (index / 9 % inputs) + (index / 9 / inputs));
        WeightValues.Write(weight, [.. WeightValues.ReadDoubles(weight).Select(Decayed)]);
        var options = LowRankOptions.From(MethodRun.Arguments(("ranks", MethodRun.Ranks(4, 3)), ("moment", false)));
        var work = new LowRankWork(MethodRun.Context(model, new RandomBatches(model)), options, new TuckerFactorization(TuckerVariant.Joint));
        work.Measure();
        var numbers = work.Numbers(work.Candidates[^1]);
        return (numbers, numbers.Problems[0]);
    }
}
