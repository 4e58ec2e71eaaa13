using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Blocks;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tensors.Tests.Shapes;

/// <summary>Blocks are told by shapes, which come from a run.</summary>
public sealed class BlockFinderTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public void Stages_of_a_residual_network_are_found_with_their_parts_and_the_head()
    {
        var blocks = Find(ResidualNetwork.Create());

        blocks.Select(block => (block.Name, block.Kind, block.From, block.To)).ShouldBe(
        [
            ("layers1", BlockKind.Layers, "image", "r0"),
            ("stage1", BlockKind.Stage, "r0", "b.out"),
            ("stage1.1", BlockKind.Part, "r0", "a.out"),
            ("stage1.2", BlockKind.Part, "a.out", "b.out"),
            ("stage2", BlockKind.Stage, "b.out", "d.out"),
            ("stage2.1", BlockKind.Part, "b.out", "c.out"),
            ("stage2.2", BlockKind.Part, "c.out", "d.out"),
            ("head", BlockKind.Head, "features", "scores"),
        ]);
        // 3×3 and 1×1 convolutions on 4×4 positions.
        blocks[4].Macs.ShouldBe(16 * ((16 * 8 * 9) + (3 * 16 * 16 * 9) + (16 * 8)));
    }

    [Fact]
    public void Plain_layers_of_one_shape_are_one_block_and_pooling_ends_it()
    {
        var graph = new GraphBuilder().Input("x", [-1, 3, 8, 8]);
        Conv(Conv(graph, "x", "c1", 8, 3).Node("Relu", ["c1"], ["r1"]), "r1", "c2", 8, 8).Node("Relu", ["c2"], ["r2"])
            .Node("MaxPool", ["r2"], ["p"], ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }));
        Conv(graph, "p", "c3", 16, 8).BatchNormalization("c3", "b3", 16).Node("Relu", ["b3"], ["r3"]);
        graph.Node("GlobalAveragePool", ["r3"], ["g"]).Node("Flatten", ["g"], ["f"])
            .Gemm("f", "d1", 12, 16).Node("Relu", ["d1"], ["dr"]).Gemm("dr", "d2", 4, 12).Node("Softmax", ["d2"], ["y"]).Output("y");

        Find(graph.Build()).Select(block => (block.Name, block.From, block.To)).ShouldBe([("layers1", "x", "r2"), ("layers2", "p", "r3"), ("head", "f", "d2")]);
    }

    [Fact]
    public void A_part_whose_inside_is_read_elsewhere_is_in_no_block()
    {
        var graph = ResidualNetwork.Graph();
        graph.Node("Identity", ["c.r"], ["extra"]).Output("extra");

        Find(graph.Build())
            .Where(block => block.Kind == BlockKind.Stage)
            .Select(block => (block.Name, block.From, block.To))
            .ShouldBe([("stage1", "r0", "b.out"), ("stage2", "c.out", "d.out")]);
    }

    [Fact]
    public void A_shape_read_by_a_reshape_is_part_of_the_block()
    {
        var model = new GraphBuilder()
            .Input("x", [-1, 3, 4, 4])
            .Conv("x", "c", 4, 3, [3, 3])
            .Node("Shape", ["c"], ["s"])
            .Integers("zero", [1], 0)
            .Integers("rest", [1], -1)
            .Node("Gather", ["s", "zero"], ["n"])
            .Node("Concat", ["n", "rest"], ["to"], ("axis", 0))
            .Node("Reshape", ["c", "to"], ["f"])
            .Gemm("f", "y", 2, 16)
            .Output("y")
            .Build();

        Find(model).Select(block => (block.From, block.To)).ShouldBe([("x", "c"), ("f", "y")]);
    }

    private IReadOnlyList<Block> Find(OnnxModel model) => BlockFinder.Find(model, ShapeProbe.Run(fixture.Engine, model));

    private static GraphBuilder Conv(GraphBuilder graph, string input, string output, int outputs, int inputs) =>
        graph.Conv(input, output, outputs, inputs, [3, 3], attributes: ("pads", new[] { 1, 1, 1, 1 }));
}
