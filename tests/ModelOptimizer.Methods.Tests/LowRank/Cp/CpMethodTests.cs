using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Onnx;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.LowRank;

public class CpMethodTests
{
    [Theory]
    [InlineData("folded", 0, "bn: folded")]
    [InlineData("unfolded", 1, "bn: unfolded")]
    public void A_batch_normalization_is_folded_or_stays(string mode, int left, string note)
    {
        foreach (var (bias, moment) in new[] { (true, "uncentred"), (false, "uncentred"), (false, "centred") })
        {
            var model = LowRankConv(bias);

            var result = MethodRun.Of("cp", model, ("ranks", MethodRun.Ranks(12)), ("bn", mode), ("moment", moment), ("starts", 1));

            result.Model.Graph.Node.Count(node => node.OpType == "BatchNormalization").ShouldBe(left);
            result.Layers.ShouldHaveSingleItem().Note!.ShouldStartWith(note);
            var batch = new RandomBatches(model).Read().First();
            MethodRun.Difference(MethodRun.Outputs(model, batch), MethodRun.Outputs(result.Model, batch)).ShouldBeLessThan(0.02);
        }
    }

    [Theory]
    [InlineData("4")]
    [InlineData("3")]
    public void Two_runs_give_the_same_bytes(string ways)
    {
        var model = TuckerMethodTests.SmallNet();
        StepResult Run() => MethodRun.Of("cp", model, ("ways", ways), ("error", 0.4));

        Run().Model.ToBytes().ShouldBe(Run().Model.ToBytes());
    }

    [Fact]
    public void Another_seed_gives_other_bytes_where_random_starts_are_used()
    {
        var model = TuckerMethodTests.SmallNet();
        var arguments = MethodRun.Arguments(("ranks", MethodRun.Ranks(1)), ("starts", 8));
        var context = MethodRun.Context(model, new RandomBatches(model));

        new CpMethod().Run(context with { Seed = 2 }, arguments).Model.ToBytes().ShouldNotBe(new CpMethod().Run(context, arguments).Model.ToBytes());
    }

    [Fact]
    public void Layers_that_cannot_be_taken_are_listed_with_the_reason()
    {
        var model = new GraphBuilder().Input("x", [1, 8, 6, 6])
            .Conv("x", "depthwise", 8, 8, [3, 3], group: 8, attributes: ("pads", new[] { 1, 1, 1, 1 }))
            .Conv("depthwise", "grouped", 8, 8, [3, 3], group: 2)
            .Conv("grouped", "good", 24, 8, [1, 1]).Output("good").Build();

        var result = MethodRun.Of("cp", model, ("ranks", MethodRun.Ranks(2)));

        result
            .Layers.Select(layer => $"{layer.Layer}: {layer.SkipReason ?? string.Join(",", layer.Ranks)}")
            .ShouldBe(["depthwise: depthwise: each group has one input channel", "grouped: 2", "good: 2"]);
    }

    [Fact]
    public void Matrices_are_the_same_as_with_tucker()
    {
        var model = new GraphBuilder().Input("x", [-1, 40]).Gemm("x", "y", 30, 40).Output("y").Build();

        MethodRun
            .Of("cp", model, ("ranks", MethodRun.Ranks(8)))
            .Model.ToBytes()
            .ShouldBe(MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(8))).Model.ToBytes());
    }

    [Fact]
    public void Energy_and_error_bound_every_layer()
    {
        var model = TuckerMethodTests.SmallNet();

        var byError = MethodRun.Of("cp", model, ("error", 0.4)).Layers.Where(layer => layer.SkipReason is null).ToList();
        var byEnergy = MethodRun.Of("cp", model, ("energy", 1 - 0.16)).Layers.Where(layer => layer.SkipReason is null).ToList();

        byError.ShouldNotBeEmpty();
        byError.ShouldAllBe(layer => layer.RelativeError <= 0.4 + 1e-9 && layer.ParametersAfter < layer.ParametersBefore);
        byEnergy.Select(layer => layer.ParametersAfter).ShouldBe(byError.Select(layer => layer.ParametersAfter));
    }

    [Fact]
    public void More_than_one_rank_is_refused_and_half_of_the_ranks_is_half_of_the_weights()
    {
        var model = TuckerMethodTests.SmallNet();

        Should.Throw<DiagnosticException>(() => MethodRun.Of("cp", model, ("ranks", MethodRun.Ranks(4, 3)))).Diagnostic.Message.ShouldBe(
            "the ranks of '*' are [4, 3]. Expected one whole number from 1 up, or a percentage.");
        foreach (var layer in MethodRun.Of("cp", model, ("ranks", MethodRun.Share(0.5)), ("norm", "frobenius")).Layers.Where(layer => layer.Layer != "head"))
        {
            ((double)layer.ParametersAfter / layer.ParametersBefore).ShouldBeInRange(0.4, 0.6, layer.Layer);
        }
    }

    [Fact]
    public void Chosen_ranks_are_multiples_where_there_is_room()
    {
        var model = TuckerMethodTests.SmallNet();
        var context = MethodRun.Context(model, new RandomBatches(model)) with { RankMultiple = 4 };

        var result = new CpMethod().Run(context, MethodRun.Arguments(("budget", new Budget(BudgetMeasure.Size, 0.6, true))));

        var ranks = result.Layers.Where(layer => layer.Layer is "c1" or "c2").SelectMany(layer => layer.Ranks).ToList();
        ranks.ShouldNotBeEmpty();
        ranks.ShouldAllBe(rank => rank % 4 == 0);
        new CpMethod()
            .Run(context with { RankMultiple = 1 }, MethodRun.Arguments(("budget", Budget.Auto)), result.Choices())
            .Model.ToBytes()
            .ShouldBe(result.Model.ToBytes());
    }

    [Fact]
    public void Curves_in_a_store_belong_to_the_method_and_its_options()
    {
        var model = TuckerMethodTests.SmallNet();
        var store = new NameStore();
        var context = MethodRun.Context(model, new RandomBatches(model)) with { Blobs = store };
        foreach (
            var (method, option, value) in new (string, string, object)[]
            {
                ("tucker", "norm", "covariance"),
                ("cp", "ways", "4"),
                ("cp", "ways", "3"),
                ("cp", "starts", 2),
                ("cp", "norm", "frobenius"),
            }
        )
        {
            MethodRun.Named(method).Run(context, MethodRun.Arguments((option, value), ("layers", MethodRun.Rules("c1")), ("energy", 0.7)));
        }

        store.Names.Count(name => name.Contains("curve", StringComparison.Ordinal)).ShouldBe(5);
        store.Names.ShouldBeUnique();
    }

    private static OnnxModel LowRankConv(bool bias)
    {
        var kernel = PlainCp.Reconstruct(PlainCp.Random(new Random64(55), 12, 8, [3, 3], 6));
        var builder = new GraphBuilder().Input("x", [4, 8, 8, 8]).Initializer("w", [12, 8, 3, 3], kernel.Values).Random("b", [12]);
        return builder
            .Node("Conv", bias ? ["x", "w", "b"] : ["x", "w"], ["c"], ("pads", new[] { 1, 1, 1, 1 }))
            .BatchNormalization("c", "n", 12)
            .Node("Relu", ["n"], ["y"])
            .Output("y")
            .Build();
    }

    private sealed class NameStore : IBlobStore
    {
        public List<string> Names { get; } = [];

        public byte[]? Find(string name) => null;

        public void Add(string name, byte[] content) => Names.Add(name);
    }
}
