using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.LowRank;

public class TransposedConvolutionTests
{
    private static readonly Dictionary<string, (long[] Weight, long[] Input, (string, object)[] Attributes)> Cases = new(StringComparer.Ordinal)
    {
        ["plain"] = ([12, 10, 3, 3], [2, 12, 5, 6], []),
        ["stride 2"] = ([12, 10, 4, 4], [2, 12, 5, 6], [("strides", new[] { 2, 2 }), ("pads", new[] { 1, 1, 1, 1 })]),
        ["oblong"] = ([12, 10, 3, 2], [2, 12, 5, 6], [("strides", new[] { 3, 2 }), ("pads", new[] { 0, 1, 1, 0 }), ("output_padding", new[] { 1, 1 })]),
        ["dilated"] = ([12, 10, 3, 3], [2, 12, 5, 6], [("strides", new[] { 2, 1 }), ("dilations", new[] { 1, 2 })]),
        ["one dimension"] = ([16, 12, 5], [2, 16, 11], [("strides", new[] { 2 }), ("pads", new[] { 2, 2 }), ("output_padding", new[] { 1 })]),
        ["same"] = ([12, 10, 4, 4], [2, 12, 5, 6], [("strides", new[] { 2, 2 }), ("auto_pad", "SAME_UPPER")]),
        // So many that a convolution's moments are products of shifted images.
        ["many channels"] = ([20, 18, 4, 4], [2, 20, 5, 6], [("strides", new[] { 2, 2 }), ("pads", new[] { 1, 1, 1, 1 })]),
        // Pads beyond the kernel cut what is spread.
        ["cut"] = ([12, 10, 3, 3], [2, 12, 5, 6], [("strides", new[] { 2, 2 }), ("pads", new[] { 3, 3, 3, 3 })]),
    };

    public static TheoryData<string> Windows() => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Windows))]
    public void Factors_of_full_ranks_give_what_it_gave(string name)
    {
        var model = Model(name);
        foreach (var storage in new[] { FactorStorage.Chain, FactorStorage.Stored })
        {
            var work = MethodRun.Measured(model, storage);
            var layer = work.Candidates.Single();
            var (outputs, inputs) = (layer.Shape.Outputs, layer.Shape.Inputs);
            // One of the two full, and both nearly: with both full there would be no factor but the kernel.
            foreach (var ranks in new[] { new RankPair(outputs, inputs), new RankPair(outputs - 1, inputs), new RankPair(outputs, inputs - 1) })
            {
                var full = work.SolverOf(layer).Solve(ranks);
                var factored = GraphRewriter.Apply(model, [full.Replacement with { IsStored = storage == FactorStorage.Stored }]);

                OnnxValidator.Check(factored).ShouldBeEmpty();
                LoadedGraph.StillComputed(factored, LoadedGraph.LoadTimeTensors(factored)).ShouldBeEmpty();
                Relative(model, factored).ShouldBe(full.RelativeError, 2e-5);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Windows))]
    public void The_error_that_is_forecast_is_that_of_the_outputs_and_falls_with_the_ranks(string name)
    {
        var model = Model(name);
        var last = 1.0;
        foreach (var rank in new[] { 2, 4, 6, 8 })
        {
            foreach (var storage in new[] { "chain", "stored" })
            {
                var result = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(rank, rank)), ("storage", storage), ("fit", "independent"), ("shrink", "0"));

                result.Layers.Single().SkipReason.ShouldBeNull();
                Relative(model, result.Model).ShouldBe(result.Layers[0].RelativeError!.Value, 1e-5);
                result.Layers[0].RelativeError!.Value.ShouldBeInRange(0.0001, last);
                last = Math.Min(last, result.Layers[0].RelativeError!.Value + 1e-9);
            }
        }
    }

    [Fact]
    public void The_data_decides_what_is_dropped()
    {
        foreach (var name in Cases.Keys)
        {
            var model = Model(name);
            var covariance = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(4, 4)), ("fit", "independent"), ("shrink", "0")).Model;
            var frobenius = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(4, 4)), ("norm", "frobenius")).Model;

            Relative(model, covariance).ShouldBeLessThan(Relative(model, frobenius), name);
        }
    }

    [Fact]
    public void Its_bias_goes_to_the_last_factor_and_a_centred_moment_moves_it()
    {
        var model = Model("stride 2", bias: true);

        var plain = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(5, 5)), ("fit", "independent"), ("shrink", "0")).Model;
        var centred = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(5, 5)), ("fit", "independent"), ("shrink", "0"), ("moment", "centred")).Model;

        plain.Graph.Node.Select(node => node.OpType).ShouldBe(["Conv", "ConvTranspose", "Conv"]);
        plain.Graph.Node.Select(node => node.Input.Count).ShouldBe([2, 2, 3]);
        MethodRun.Distance(model, centred, new RandomBatches(model)).ShouldBeLessThan(MethodRun.Distance(model, plain, new RandomBatches(model)));
    }

    [Fact]
    public void Multiply_adds_are_those_of_the_inputs_that_are_spread()
    {
        var model = Model("stride 2");

        var result = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(5, 4)));

        MethodRun.Macs(model).ShouldBe(2 * 30 * 12 * 10 * 16);
        (result.Layers[0].MacsBefore, result.Layers[0].MacsAfter).ShouldBe((MethodRun.Macs(model), MethodRun.Macs(result.Model)));
        MethodRun.Macs(result.Model).ShouldBe((2 * 30 * ((12 * 4) + (4 * 5 * 16))) + (2 * 120 * 5 * 10));
    }

    [Fact]
    public void A_later_quantize_takes_the_factors()
    {
        var stored = MethodRun.Tucker(Model("stride 2"), ("ranks", MethodRun.Ranks(5, 4)), ("storage", "stored")).Model;

        TargetFinder.Find(stored).Select(target => target.Name).ShouldBe(["up_in", "up_core", "up_out"]);
        MethodRun.Of("quantize", stored, ("weights", "8")).Layers.ShouldContain(layer => layer.SkipReason == null);
    }

    [Fact]
    public void What_is_not_taken_says_why()
    {
        static string? Reason(params (string, object)[] attributes) =>
            LayerFinder.FindAll(Graph([12, 12, 3, 3], [1, 12, 5, 5], attributes).Build()).Single().Obstacle;

        Reason(("group", 2)).ShouldBe("a transposed convolution in groups is not taken");
        Reason(("auto_pad", "SAME_UPPER"), ("strides", new[] { 2, 2 })).ShouldBe("its padding follows from the size of its output; write 'pads'");
        Reason(("output_shape", new[] { 9, 9 })).ShouldBe("its padding follows from the size of its output; write 'pads'");
        LayerFinder.FindAll(Graph([12, 12, 3, 3, 3], [1, 12, 5, 5, 5], []).Build()).Single().Obstacle
            .ShouldBe("its kernel has 3 spatial dimensions; 1 and 2 are supported");
        var layer = LayerFinder.FindAll(Model("plain")).Single();
        MethodRun.Named("cp").Obstacle(layer, new Dictionary<string, long[]>())
            .ShouldBe("cp leaves transposed convolutions as they are; tucker takes them");
    }

    private static double Relative(OnnxModel before, OnnxModel after)
    {
        var (error, energy) = (0.0, 0.0);
        foreach (var batch in new RandomBatches(before).Read())
        {
            var old = MethodRun.Outputs(before, batch);
            error += old.Zip(MethodRun.Outputs(after, batch), (a, b) => (a - b) * (a - b)).Sum();
            energy += old.Sum(value => value * value);
        }

        return Math.Sqrt(error / energy);
    }

    private static OnnxModel Model(string name, bool bias = false) => Graph(Cases[name].Weight, Cases[name].Input, Cases[name].Attributes, bias).Build();

    private static GraphBuilder Graph(long[] weight, long[] input, (string, object)[] attributes, bool bias = false)
    {
        var graph = new GraphBuilder().Input("x", input).Random("w", weight, 0.1).Random("b", [weight[1]], 0.5);
        return graph.Node("ConvTranspose", bias ? ["x", "w", "b"] : ["x", "w"], ["y"], attributes).Named("up").Output("y");
    }
}
