using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Methods.Tests.Distillation;
using ModelOptimizer.Methods.Tests.LowRank;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Tensors.Statistics;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests;

public class BudgetTests
{
    public static IEnumerable<object[]> Budgets()
    {
        var data = new TheoryData<string, BudgetMeasure, Allocation>();
        foreach (var method in new[] { "tucker", "cp" })
        {
            foreach (var measure in Enum.GetValues<BudgetMeasure>())
            {
                data.Add(method, measure, Allocation.Uniform);
                data.Add(method, measure, Allocation.Sigma);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Budgets))]
    internal void The_whole_model_is_within_the_budget_and_not_far_below(string method, BudgetMeasure measure, Allocation allocation)
    {
        var model = TuckerMethodTests.SmallNet();
        foreach (var share in new[] { 0.8, 0.5 })
        {
            var result = MethodRun.Of(method, model, ("budget", new Budget(measure, share, true, allocation)));

            var (before, after) = (Measured(model, measure), Measured(result.Model, measure));
            after.ShouldBeLessThanOrEqualTo(share * before);
            after.ShouldBeGreaterThan((share - 0.08) * before);
        }
    }

    [Theory]
    [InlineData(true, BudgetMeasure.Params)]
    [InlineData(false, BudgetMeasure.Params)]
    [InlineData(true, BudgetMeasure.Macs)]
    [InlineData(true, BudgetMeasure.Size)]
    internal void What_is_left_of_a_budget_is_less_than_one_more_rank_of_any_layer_takes(bool separable, BudgetMeasure measure)
    {
        var context = MethodRun.Context(TuckerMethodTests.SmallNet(), null) with { Blobs = new BlobDictionary() };
        var options = new LowRankOptions { Norm = FactorNorm.Frobenius, Layers = LayerRules.All, Shrink = 0 };
        foreach (var share in new[] { 0.95, 0.9, 0.77, 0.6, 0.43, 0.3 })
        {
            var work = new LowRankWork(context, options, new CpFactorization(separable, starts: 1));
            work.Measure().ShouldBeEmpty();
            var budget = new Budget(measure, share, true);

            var (chosen, _) = new BudgetRanks(work, budget).Choose();

            var compressed = chosen.Where(choice => choice.Ranks is not null);
            List<(FactorLayer Layer, RankPair Ranks)> ranks = [.. compressed.Select(choice => (choice.Layer, choice.Ranks!.Value))];
            var left = work.Costs.Limit(budget) - work.Costs.Exact(ranks, measure);
            left.ShouldBeGreaterThanOrEqualTo(0);
            foreach (var (layer, pair) in ranks)
            {
                var more = layer.Form.Read([pair.Output + 1]);
                var costs = work.Costs.Pays(layer, more) ? work.Costs.Change(layer, more, measure) : 0;
                (costs - work.Costs.Change(layer, pair, measure)).ShouldBeGreaterThan(left, $"{layer.Name} of {share}");
            }
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.05)]
    public void Ranks_between_the_points_of_a_curve_use_a_budget_and_are_replayed(double share)
    {
        // Each rank takes 24 + 3 + 5 + 5 numbers, and a curve has ten of them at most.
        var model = new GraphBuilder().Input("x", [1, 3, 20, 20]).Conv("x", "y", 24, 3, [5, 5], attributes: ("strides", new[] { 5, 5 })).Output("y").Build();
        var context = MethodRun.Context(model, new RandomBatches(model)) with { Blobs = new BlobDictionary() };

        var result = MethodRun.Named("cp").Run(context, MethodRun.Arguments(("budget", new Budget(BudgetMeasure.Params, share, true)), ("starts", 1)));

        var (before, after) = (Measured(model, BudgetMeasure.Params), Measured(result.Model, BudgetMeasure.Params));
        after.ShouldBeInRange((share * before) - (24 + 3 + 5 + 5), share * before);
        MethodRun.Named("cp")
            .Run(context with { Blobs = new BlobDictionary() }, MethodRun.Arguments(("budget", Budget.Auto), ("starts", 1)), result.Choices())
            .Model.ToBytes()
            .ShouldBe(result.Model.ToBytes());
    }

    [Fact]
    public void Absolute_sizes_are_bytes_of_the_file()
    {
        var result = MethodRun.Tucker(TuckerMethodTests.SmallNet(), ("budget", new Budget(BudgetMeasure.Size, 25_000, false)));

        result.Model.ToBytes().Length.ShouldBeInRange(23_000, 25_000);
    }

    // Two options 1,800 and 2,500 below the whole by their estimates, which are 892 wrong; 1,000 are asked for.
    [Fact]
    public void A_choice_with_room_to_spare_that_is_a_little_too_large_makes_way_for_the_next()
    {
        var chosen = BudgetRanks.Fit(-1000, change => change >= -1800 ? "larger" : "smaller", option => (option == "larger" ? -1800 : -2500) + 892 + 1000);

        chosen.ShouldBe("smaller");
    }

    [Fact]
    public void A_budget_below_the_least_possible_says_what_is_possible_and_that_is()
    {
        var model = TuckerMethodTests.SmallNet();
        DiagnosticException Fails(double amount) =>
            Should.Throw<DiagnosticException>(() => MethodRun.Tucker(model, ("budget", new Budget(BudgetMeasure.Params, amount, false, Allocation.Uniform))));

        var error = Fails(100).Diagnostic;

        error.Code.ShouldBe(MethodCodes.BudgetTooSmall);
        var least = int.Parse(
            error.Message.Split("smallest, ")[1].Split(" parameters")[0].Replace(",", "", StringComparison.Ordinal),
            System.Globalization.CultureInfo.InvariantCulture
        );
        ModelStatistics
            .Parameters(MethodRun.Tucker(model, ("budget", new Budget(BudgetMeasure.Params, least, false, Allocation.Uniform))).Model)
            .ShouldBe(least);
        Fails(least - 1).Diagnostic.Code.ShouldBe(MethodCodes.BudgetTooSmall);
    }

    [Theory]
    [InlineData("tucker")]
    [InlineData("cp")]
    public void An_impossible_budget_is_refused_before_anything_is_measured(string method)
    {
        var model = TuckerMethodTests.SmallNet();
        var context = MethodRun.Context(model, new RandomBatches(model)) with { ActivationStatistics = new NoStatistics() };
        DiagnosticException Fails(double share) => Should.Throw<DiagnosticException>(() =>
            MethodRun.Named(method).Run(context, MethodRun.Arguments(("budget", new Budget(BudgetMeasure.Size, share, true)))));

        Fails(0.01).Diagnostic.Code.ShouldBe(MethodCodes.BudgetTooSmall);
        Fails(1.5).Diagnostic.Code.ShouldBe(MethodCodes.NothingToCompress);
        Should.Throw<InvalidOperationException>(() =>
            MethodRun.Named(method).Run(context, MethodRun.Arguments(("budget", new Budget(BudgetMeasure.Size, 0.6, true)))));
    }

    private sealed class NoStatistics : IStatistics
    {
        public SecondMoment this[MomentKey key] => throw new InvalidOperationException("not measured");

        public void Require(IReadOnlyCollection<MomentKey> keys, CancellationToken cancellation) => throw new InvalidOperationException("not to be measured");
    }

    [Fact]
    public void A_budget_that_is_met_already_is_nothing_to_compress() =>
        Should
            .Throw<DiagnosticException>(() => MethodRun.Tucker(TuckerMethodTests.SmallNet(), ("budget", new Budget(BudgetMeasure.Params, 1e9, false))))
            .Diagnostic.Code.ShouldBe(MethodCodes.NothingToCompress);

    [Theory]
    [InlineData(0.8)]
    [InlineData(0.6)]
    [InlineData(0.4)]
    public void Sigma_leaves_less_error_than_uniform_at_the_same_budget(double share)
    {
        // Without data the penalty is the sum of relative squared errors: both can be compared by it.
        double Objective(Allocation allocation)
        {
            var model = TuckerMethodTests.SmallNet();
            var result = new TuckerMethod().Run(
                MethodRun.Context(model, null),
                MethodRun.Arguments(("norm", "frobenius"), ("budget", new Budget(BudgetMeasure.Params, share, true, allocation)))
            );
            return result.Layers.Sum(layer => Math.Pow(layer.RelativeError ?? 0, 2));
        }

        Objective(Allocation.Sigma).ShouldBeLessThan(Objective(Allocation.Uniform));
    }

    [Fact]
    public void More_budget_never_leaves_more_error()
    {
        var model = TuckerMethodTests.SmallNet();
        var objectives = new[] { 0.35, 0.45, 0.55, 0.65, 0.75, 0.85 }
            .Select(share =>
                new TuckerMethod()
                    .Run(MethodRun.Context(model, null), MethodRun.Arguments(("norm", "frobenius"), ("budget", new Budget(BudgetMeasure.Params, share, true))))
                    .Layers.Sum(layer => Math.Pow(layer.RelativeError ?? 0, 2))
            )
            .ToList();

        objectives.Zip(objectives.Skip(1)).ShouldAllBe(pair => pair.Second <= pair.First);
    }

    private static double Measured(OnnxModel model, BudgetMeasure measure) => measure switch
    {
        BudgetMeasure.Size => model.ToBytes().Length,
        BudgetMeasure.Params => ModelStatistics.Parameters(model),
        _ => ModelStatistics.Macs(model, ShapeProbe.Run(TestEngine.Shared, model))!.Value,
    };
}
