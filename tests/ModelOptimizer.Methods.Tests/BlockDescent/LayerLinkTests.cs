using ModelOptimizer.Methods.BlockDescent;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.BlockDescent;

public class LayerLinkTests
{
    [Fact]
    public void Layers_are_linked_through_relu_identity_dropout_and_changes_of_shape()
    {
        var model = new GraphBuilder().Input("x", [-1, 6]).Integers("shape", [2], -1, 5).Integers("axes", [1], 2)
            .Gemm("x", "a", 5, 6).Node("Dropout", ["a"], ["a1"]).Node("Relu", ["a1"], ["a2"]).Node("Reshape", ["a2", "shape"], ["a3"])
            .MatMul("a3", "b", 4, 5).Random("bias", [4]).Node("Add", ["b", "bias"], ["b1"])
            .Node("Unsqueeze", ["b1", "axes"], ["b2"]).Node("Squeeze", ["b2", "axes"], ["b3"]).Node("Identity", ["b3"], ["b4"])
            .Gemm("b4", "c", 3, 4).Gemm("c", "d", 2, 3).Output("d").Build();

        var links = Find(model);

        links
            .Select(link =>
                $"{link.From.Name}>{link.To.Name} {(link.Relu ? "relu" : "same")} {link.Spread}: {string.Join(" ", link.Nodes.Select(node => node.OpType))}"
            )
            .ShouldBe(["a>b relu 1: Dropout Relu Reshape", "b>c same 1: Unsqueeze Squeeze Identity", "c>d same 1: "]);
    }

    [Theory]
    [InlineData("flatten")]
    [InlineData("reshape")]
    public void Each_filter_of_a_flattened_convolution_is_consecutive_columns(string form)
    {
        var builder = new GraphBuilder().Input("x", [-1, 2, 5, 4]).Conv("x", "conv", 3, 2, [2, 2]).Node("Relu", ["conv"], ["r"]).Integers("shape", [2], 0, -1);
        builder = form == "flatten" ? builder.Node("Flatten", ["r"], ["f"]) : builder.Node("Reshape", ["r", "shape"], ["f"]);
        var model = builder.Gemm("f", "fc", 7, 36).Output("fc").Build();

        var link = Find(model).ShouldHaveSingleItem();

        link.Spread.ShouldBe(12);
        link.Relu.ShouldBeTrue();
        LayerLinks.Find(model, new Dictionary<string, long[]>()).ShouldBeEmpty("without shapes nobody knows");
    }

    [Fact]
    public void Convolutions_are_linked_channel_by_channel()
    {
        var model = new GraphBuilder()
            .Input("x", [1, 2, 5, 5])
            .Conv("x", "a", 4, 2, [3, 3])
            .Node("Relu", ["a"], ["r"])
            .Conv("r", "b", 3, 4, [1, 1])
            .Output("b")
            .Build();

        Find(model).ShouldHaveSingleItem().Spread.ShouldBe(1);
    }

    [Fact]
    public void Units_that_a_flattening_mixes_are_no_link()
    {
        var rows = new GraphBuilder().Input("x", [1, 3, 6]).MatMul("x", "a", 5, 6).Node("Flatten", ["a"], ["f"]).Gemm("f", "b", 2, 15).Output("b").Build();
        var columns = new GraphBuilder()
            .Input("x", [1, 2, 4, 4])
            .Conv("x", "a", 3, 2, [1, 1])
            .Node("Flatten", ["a"], ["f"], ("axis", 2))
            .Gemm("f", "b", 2, 16)
            .Output("b")
            .Build();
        var spatial = new GraphBuilder().Input("x", [1, 2, 4, 4]).Conv("x", "a", 4, 2, [1, 1]).MatMul("a", "b", 2, 4).Output("b").Build();

        Find(rows).ShouldBeEmpty();
        Find(columns).ShouldBeEmpty();
        Find(spatial).ShouldBeEmpty();
    }

    [Fact]
    public void A_tensor_that_something_else_reads_or_that_is_an_output_ends_the_chain()
    {
        var read = new GraphBuilder()
            .Input("x", [1, 4])
            .Gemm("x", "a", 4, 4)
            .Node("Relu", ["a"], ["r"])
            .Gemm("r", "b", 4, 4)
            .Node("Add", ["b", "r"], ["y"])
            .Output("y")
            .Build();
        var output = new GraphBuilder().Input("x", [1, 4]).Gemm("x", "a", 4, 4).Node("Relu", ["a"], ["r"]).Gemm("r", "b", 4, 4).Output("b").Output("a").Build();
        var mask = new GraphBuilder()
            .Input("x", [1, 4])
            .Gemm("x", "a", 4, 4)
            .Node("Dropout", ["a"], ["r", "mask"])
            .Gemm("r", "b", 4, 4)
            .Output("b")
            .Output("mask", [1, 4], 9)
            .Build();

        Find(read).ShouldBeEmpty();
        Find(output).ShouldBeEmpty();
        Find(mask).ShouldBeEmpty();
    }

    [Fact]
    public void Other_nodes_two_relus_and_transposed_inputs_are_no_link()
    {
        var sigmoid = new GraphBuilder().Input("x", [1, 4]).Gemm("x", "a", 4, 4).Node("Sigmoid", ["a"], ["r"]).Gemm("r", "b", 4, 4).Output("b").Build();
        var twice = new GraphBuilder()
            .Input("x", [1, 4])
            .Gemm("x", "a", 4, 4)
            .Node("Relu", ["a"], ["r"])
            .Node("Relu", ["r"], ["s"])
            .Gemm("s", "b", 4, 4)
            .Output("b")
            .Build();
        var transposed = new GraphBuilder().Input("x", [4, 4]).Gemm("x", "a", 4, 4).Gemm("a", "b", 4, 4, true, false, ("transA", 1)).Output("b").Build();
        var first = new GraphBuilder().Input("x", [4, 4]).Gemm("x", "a", 4, 4, true, false, ("transA", 1)).Gemm("a", "b", 4, 4).Output("b").Build();

        Find(sigmoid).ShouldBeEmpty();
        Find(twice).ShouldBeEmpty();
        Find(transposed).ShouldBeEmpty();
        Find(first).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void Dropout_is_nothing_only_in_inference(int training, int links)
    {
        var builder = new GraphBuilder().Input("x", [1, 4]).Gemm("x", "a", 4, 4).Initializer("ratio", [], [0.5]);
        var flag = new Onnx.Proto.TensorProto { Name = "training", DataType = 9 };
        flag.Int32Data.Add(training);
        builder.Proto.Graph.Initializer.Add(flag);
        var model = builder.Node("Dropout", ["a", "ratio", "training"], ["r"]).Gemm("r", "b", 4, 4).Output("b").Build();

        LayerLinks.Find(model, new Dictionary<string, long[]>()).Count.ShouldBe(links);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("Softmax", true)]
    [InlineData("LogSoftmax", true)]
    [InlineData("Identity", true)]
    [InlineData("Flatten", true)]
    [InlineData("Relu", false)]
    [InlineData("Sigmoid", false)]
    public void A_chain_ends_in_an_output_behind_nothing_but_shapes_and_softmax(string operation, bool ends)
    {
        var builder = new GraphBuilder().Input("x", [1, 4]).Gemm("x", "a", 4, 4);
        var model = (operation.Length == 0 ? builder.Output("a") : builder.Node(operation, ["a"], ["y"]).Output("y")).Build();

        LayerChain.Ends(LayerFinder.Find(model).ShouldHaveSingleItem(), new Passages(model)).ShouldBe(ends);
    }

    [Fact]
    public void A_chain_whose_output_has_two_readers_has_no_end()
    {
        var model = new GraphBuilder()
            .Input("x", [1, 4])
            .Gemm("x", "a", 4, 4)
            .Node("Softmax", ["a"], ["y"])
            .Node("Abs", ["a"], ["z"])
            .Output("y")
            .Output("z")
            .Build();

        LayerChain.Ends(LayerFinder.Find(model).ShouldHaveSingleItem(), new Passages(model)).ShouldBeFalse();
    }

    private static IReadOnlyList<LayerLink> Find(OnnxModel model) => LayerLinks.Find(model, ShapeProbe.Run(TestEngine.Shared, model));
}
