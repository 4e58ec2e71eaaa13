using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.LowRank;

public class RewriteTests
{
    public static TheoryData<string, int[], int, int, int, (string, object)[]> Convolutions() => new()
    {
        { "plain", [3, 3], 1, 5, 4, [("pads", new[] { 1, 1, 1, 1 })] },
        { "strided and dilated", [3, 3], 1, 5, 4, [("strides", new[] { 2, 2 }), ("dilations", new[] { 2, 2 }), ("pads", new[] { 1, 1, 1, 1 })] },
        { "asymmetric pads", [3, 2], 1, 3, 6, [("pads", new[] { 0, 1, 2, 0 })] },
        { "same upper", [3, 3], 1, 4, 4, [("auto_pad", "SAME_UPPER"), ("strides", new[] { 2, 1 })] },
        { "same lower", [2, 2], 1, 4, 4, [("auto_pad", "SAME_LOWER")] },
        { "valid", [3, 3], 1, 4, 4, [("auto_pad", "VALID")] },
        { "two groups", [3, 3], 2, 3, 2, [("pads", new[] { 1, 1, 1, 1 })] },
        { "four groups", [3, 1], 4, 2, 1, [("strides", new[] { 1, 2 })] },
        { "full input rank", [3, 3], 1, 5, 8, [] },
        { "full output rank", [3, 3], 1, 12, 3, [("pads", new[] { 1, 0, 1, 0 })] },
        { "one tap", [1, 1], 1, 3, 8, [("strides", new[] { 2, 2 }), ("pads", new[] { 1, 1, 1, 1 })] },
        { "one tap in groups", [1, 1], 2, 2, 4, [] },
        { "one dimension", [5], 1, 4, 3, [("strides", new[] { 2 }), ("pads", new[] { 2, 1 })] },
        { "one dimension, same", [3], 1, 4, 3, [("auto_pad", "SAME_UPPER")] },
    };

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void The_chain_equals_one_convolution_with_the_reconstructed_kernel(
        string name,
        int[] kernel,
        int group,
        int outputRank,
        int inputRank,
        (string, object)[] attributes
    )
    {
        foreach (var bias in new[] { true, false })
        {
            long[] shape = [2, 8, .. kernel.Select(_ => 9L)];
            var model = new GraphBuilder().Input("x", shape).Conv("x", "conv", 12, 8, kernel, bias, group, attributes).Output("conv").Build();
            var layer = LayerFinder.Find(model).ShouldHaveSingleItem();
            var extents = LayerKernel.ShapeOf(layer);
            var ranks = new RankPair(outputRank, inputRank);
            var random = new Random64(33);
            var factors = Enumerable.Range(0, group).Select(_ => Factors(random, extents, ranks)).ToList();
            var form = extents.IsMatrix ? (IFactorForm)new MatrixForm(extents) : new TuckerForm(extents);
            var weights = new TuckerForm(extents).Tensors(TestEngine.Shared.LinearAlgebra, ranks, factors);

            var chain = GraphRewriter.Apply(model, [new LayerReplacement(layer, weights, null, Folded: false)]);

            var dense = model.Clone();
            WeightValues.Write(dense.Graph.Initializer[0], [.. factors.SelectMany(set => PlainError.Reconstruct(set, extents.Taps).Values)]);
            var batch = new RandomBatches(model).Read().First();
            MethodRun.Difference(MethodRun.Outputs(dense, batch), MethodRun.Outputs(chain, batch)).ShouldBeLessThan(1e-5, name);
            (ModelStatistics.Parameters(chain) - (bias ? 12 : 0)).ShouldBe(form.Links(ranks).Sum(link => link.Weights), name);
        }
    }

    [Theory]
    [InlineData(8, 3, 3, 5, 4, 32 + 180 + 60)]
    [InlineData(8, 3, 3, 5, 8, 0 + 360 + 60)]
    [InlineData(8, 3, 3, 12, 4, 32 + 432 + 0)]
    public void Parameters_are_those_of_the_papers_table(int inputs, int height, int width, int outputRank, int inputRank, long expected)
    {
        // S·R_S + R_S·R_T·K + R_T·T, less the factor of a full rank.
        var shape = new FactorShape(12, inputs, height * width, 1);
        new TuckerForm(shape).Links(new RankPair(outputRank, inputRank)).Sum(link => link.Weights).ShouldBe(expected);
    }

    [Fact]
    public void Names_come_from_the_original_and_the_nodes_stand_in_its_place()
    {
        var model = new GraphBuilder().Input("x", [1, 8, 6, 6]).Conv("x", "first", 12, 8, [3, 3]).Node("Relu", ["first"], ["y"]).Output("y").Build();

        var result = MethodRun.Tucker(model, ("ranks", MethodRun.Ranks(4, 3)));

        result.Model.Graph.Node.Select(node => $"{node.OpType} {node.Name}: {string.Join(" ", node.Input)} -> {string.Join(" ", node.Output)}").ShouldBe(
        [
            "Conv first_in: x first.w_in -> first_in_1",
            "Conv first_core: first_in_1 first.w_core -> first_core_1",
            "Conv first: first_core_1 first.w_out first.b -> first",
            "Relu y_node: first -> y",
        ]);
        result.Model.Graph.Initializer.Select(tensor => tensor.Name).ShouldBe(["first.b", "first.w_in", "first.w_core", "first.w_out"], ignoreOrder: true);
    }

    private static TuckerFactors Factors(Random64 random, FactorShape shape, RankPair ranks) => new(
        random.Matrix(shape.Outputs, ranks.Output),
        random.Matrix(ranks.Output, shape.Taps * ranks.Input),
        ranks.Input == shape.Inputs ? ModelOptimizer.Tensors.LinearAlgebra.Matrix.Identity(shape.Inputs) : random.Matrix(shape.Inputs, ranks.Input));
}
