using ModelOptimizer.Onnx.Blocks;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Blocks;

public sealed class BlockReaderTests
{
    private static readonly Dictionary<string, long[]> Unknown = [];

    [Fact]
    public void A_residual_block_has_its_shortcut_inside()
    {
        var (block, obstacle) = Read(ResidualNetwork.Create(), "b.out", "c.out");

        obstacle.ShouldBeNull();
        block!.Nodes.Select(node => node.Output[0]).ShouldBe(["c.1", "c.r", "c.2", "c.p", "c.sum", "c.out"]);
        block.Weights.ShouldBe((16 * 8 * 9) + (16 * 16 * 9) + (16 * 8));
        block.Macs.ShouldBeNull();
    }

    [Fact]
    public void A_branch_is_a_block_although_others_read_its_input()
    {
        var (block, _) = Read(ResidualNetwork.Create(), "b.out", "c.2");

        block!.Nodes.Select(node => node.Output[0]).ShouldBe(["c.1", "c.r", "c.2"]);
    }

    [Theory]
    [InlineData("b.r", "b.out", "the Add 'b.sum_node' between them also reads 'a.out', which is not computed from 'b.r'")]
    [InlineData("image", "stem.w", "'stem.w' is not computed from 'image'")]
    [InlineData("c.out", "b.out", "'b.out' is not computed from 'c.out'")]
    [InlineData("image", "a.r", "'r0' between them is also read by the Add 'a.sum_node'")]
    public void What_has_other_entries_or_exits_is_no_block_and_says_which(string from, string to, string obstacle) =>
        Read(ResidualNetwork.Create(), from, to).ShouldBe((null, obstacle));

    [Fact]
    public void An_inner_tensor_that_is_an_output_is_an_exit()
    {
        var model = ResidualNetwork.Graph().Output("c.sum").Build();

        Read(model, "b.out", "d.out").Obstacle.ShouldBe("'c.sum' between them is also an output of the model");
    }

    [Fact]
    public void Nodes_on_constants_that_only_the_block_reads_belong_to_it()
    {
        var model = new GraphBuilder().Input("x", [1, 4]).Random("raw", [4, 4])
            .Node("Transpose", ["raw"], ["w"], ("perm", new[] { 1, 0 })).Node("MatMul", ["x", "w"], ["h"]).Node("Relu", ["h"], ["y"]).Output("y").Build();

        Read(model, "x", "y").Block!.Nodes.Count.ShouldBe(3);
    }

    [Fact]
    public void A_node_with_a_graph_inside_is_an_obstacle()
    {
        var inner = new GraphBuilder().Node("Identity", ["x"], ["i"]).Build().Graph;
        var model = new GraphBuilder()
            .Input("x", [1, 4])
            .Input("b", [])
            .Node("If", ["b"], ["y"], ("then_branch", inner))
            .Node("Relu", ["y"], ["z"])
            .Output("z")
            .Build();

        Read(model, "b", "z").Obstacle.ShouldBe("the If 'y_node' between them has a graph of its own inside");
    }

    private static (Block? Block, string? Obstacle) Read(OnnxModel model, string from, string to) => new BlockReader(model, Unknown).Read(from, to);
}
