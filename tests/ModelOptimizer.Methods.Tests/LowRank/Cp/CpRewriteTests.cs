using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.LowRank;

public class CpRewriteTests
{
    public static TheoryData<string, int[], int, (string, object)[]> Convolutions() => new()
    {
        { "plain", [3, 3], 1, [("pads", new[] { 1, 1, 1, 1 })] },
        { "stated kernel", [3, 2], 1, [("kernel_shape", new[] { 3, 2 })] },
        { "strided and dilated", [3, 3], 1, [("strides", new[] { 2, 2 }), ("dilations", new[] { 2, 2 }), ("pads", new[] { 1, 1, 1, 1 })] },
        { "strides and dilations that differ", [2, 3], 1, [("strides", new[] { 3, 2 }), ("dilations", new[] { 2, 1 }), ("pads", new[] { 1, 0, 2, 1 })] },
        { "asymmetric pads", [3, 2], 1, [("pads", new[] { 0, 1, 2, 0 })] },
        { "same upper", [3, 3], 1, [("auto_pad", "SAME_UPPER"), ("strides", new[] { 2, 1 })] },
        { "same lower", [2, 2], 1, [("auto_pad", "SAME_LOWER"), ("strides", new[] { 1, 2 })] },
        { "same lower, three wide", [3, 4], 1, [("auto_pad", "SAME_LOWER"), ("strides", new[] { 2, 2 })] },
        { "valid", [3, 3], 1, [("auto_pad", "VALID")] },
        { "two groups", [3, 3], 2, [("pads", new[] { 1, 1, 1, 1 }), ("strides", new[] { 2, 1 })] },
        { "four groups", [3, 2], 4, [("strides", new[] { 1, 2 })] },
        { "one high", [1, 3], 1, [("strides", new[] { 2, 2 }), ("pads", new[] { 1, 1, 0, 1 })] },
        { "one dimension", [5], 1, [("strides", new[] { 2 }), ("pads", new[] { 2, 1 })] },
        { "one dimension, same", [3], 2, [("auto_pad", "SAME_UPPER"), ("strides", new[] { 2 })] },
    };

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void The_chain_equals_one_convolution_with_the_reconstructed_kernel(string name, int[] kernel, int group, (string, object)[] attributes)
    {
        foreach (var (bias, separable) in new[] { (true, true), (false, true), (true, false) })
        {
            long[] shape = [2, 8, .. kernel.Select((_, axis) => 9L + axis)];
            var model = new GraphBuilder().Input("x", shape).Conv("x", "conv", 12, 8, kernel, bias, group, attributes).Output("conv").Build();
            var layer = LayerFinder.Find(model).ShouldHaveSingleItem();
            var factored = FactorLayer.From(layer, ShapeProbe.Run(TestEngine.Shared, model), new CpFactorization(separable, 1));
            var form = (CpForm)factored.Form;
            var random = new Random64(33);
            var factors = Enumerable.Range(0, group).Select(_ => PlainCp.Random(random, 12 / group, 8 / group, form.Grid.Extents, 5)).ToList();

            var chain = GraphRewriter.Apply(model, [new LayerReplacement(layer, form.Tensors(factors), null, Folded: false)]);

            form.Grid.Extents.Count.ShouldBe(separable && kernel.All(extent => extent > 1) && kernel.Length == 2 ? 2 : 1);
            chain.Graph.Node.Count.ShouldBe(2 + form.Grid.Extents.Count);
            var dense = model.Clone();
            WeightValues.Write(dense.Graph.Initializer[0], [.. factors.SelectMany(set => PlainCp.Reconstruct(set).Values)]);
            var batch = new RandomBatches(model).Read().First();
            MethodRun.Difference(MethodRun.Outputs(dense, batch), MethodRun.Outputs(chain, batch)).ShouldBeLessThan(1e-5, name);
            // R·(S + ΣKa + T) weights for every group; multiply-adds as ONNX counts them for the emitted nodes.
            var links = 5L * group * ((8 / group) + form.Grid.Extents.Sum() + (12 / group));
            (ModelStatistics.Parameters(chain) - (bias ? 12 : 0)).ShouldBe(links, name);
            factored.Parameters(CpForm.At(5)).ShouldBe(links, name);
            factored.Macs(CpForm.At(5))!.Value.ShouldBe(ModelStatistics.Macs(chain, ShapeProbe.Run(TestEngine.Shared, chain))!.Value, name);
        }
    }

    [Theory]
    [InlineData("4-way", 8 + 3 + 3 + 12, (8 * 10 * 12) + (3 * 5 * 12) + (3 * 5 * 4) + (12 * 5 * 4))]
    [InlineData("3-way", 8 + 9 + 12, (8 * 10 * 12) + (9 * 5 * 4) + (12 * 5 * 4))]
    public void Costs_are_those_of_the_papers_table(string form, long parameters, long macs)
    {
        // S + Kh + Kw + T, or S + K + T; the first 1×1 at 10×12, the vertical convolution at 5×12, the rest at 5×4.
        var model = new GraphBuilder()
            .Input("x", [1, 8, 10, 12])
            .Conv("x", "conv", 12, 8, [3, 3], bias: false, group: 1, ("strides", new[] { 2, 3 }), ("pads", new[] { 1, 1, 1, 1 }))
            .Output("conv")
            .Build();
        var layer = FactorLayer.From(LayerFinder.Find(model)[0], ShapeProbe.Run(TestEngine.Shared, model), new CpFactorization(form == "4-way", 1));

        (layer.Parameters(CpForm.At(7)), layer.Macs(CpForm.At(7))).ShouldBe((7 * parameters, 7 * macs));
    }

    [Fact]
    public void Names_come_from_the_original_and_the_nodes_stand_in_its_place()
    {
        var model = new GraphBuilder().Input("x", [1, 8, 6, 6]).Conv("x", "first", 12, 8, [3, 3]).Node("Relu", ["first"], ["y"]).Output("y").Build();

        var result = MethodRun.Of("cp", model, ("ranks", MethodRun.Ranks(6)));

        result.Model.Graph.Node.Select(node => $"{node.OpType} {node.Name}: {string.Join(" ", node.Input)} -> {string.Join(" ", node.Output)}").ShouldBe(
        [
            "Conv first_in: x first.w_in -> first_in_1",
            "Conv first_height: first_in_1 first.w_height -> first_height_1",
            "Conv first_width: first_height_1 first.w_width -> first_width_1",
            "Conv first: first_width_1 first.w_out first.b -> first",
            "Relu y_node: first -> y",
        ]);
        result.Layers.ShouldHaveSingleItem().Ranks.ShouldBe([6]);
    }
}
