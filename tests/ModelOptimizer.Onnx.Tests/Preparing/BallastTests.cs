using ModelOptimizer.Onnx.Preparing;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Preparing;

public sealed class BallastTests
{
    private const string Text = "File \"model.py\", line 12, in forward";

    [Fact]
    public void Texts_about_nodes_and_tensors_go_wherever_they_are()
    {
        var plain = WithBranches().Build();
        var told = plain.Clone();
        foreach (var node in told.Graph.Node.Concat(told.Graph.Node.SelectMany(node => node.Attribute).Select(a => a.G).OfType<GraphProto>().SelectMany(g => g.Node)))
        {
            node.DocString = Text;
            node.MetadataProps.Add(new StringStringEntryProto { Key = "pkg.torch.onnx.stack_trace", Value = Text });
            node.Attribute.ToList().ForEach(attribute => attribute.DocString = Text);
        }

        var branch = told.Graph.Node.Single(node => node.OpType == "If").Attribute[0].G;
        branch.DocString = Text;
        branch.Output[0].DocString = Text;
        told.Graph.Initializer.ToList().ForEach(tensor => tensor.DocString = Text);
        told.Proto.Functions.Add(new FunctionProto { Name = "f", DocString = Text, Node = { new NodeProto { OpType = "Relu", DocString = Text } } });
        plain.Proto.Functions.Add(new FunctionProto { Name = "f", Node = { new NodeProto { OpType = "Relu" } } });

        Ballast.Strip(told).Proto.ShouldBe(plain.Proto);
    }

    [Fact]
    public void What_a_runtime_can_be_asked_stays()
    {
        var model = WithBranches().Build();
        (model.Proto.DocString, model.Graph.DocString, model.Proto.ProducerName) = ("what it is for", "its licence", "exporter");
        model.Graph.Input[0].DocString = "an image";
        model.Graph.Output[0].DocString = "scores";
        model.Proto.MetadataProps.Add(new StringStringEntryProto { Key = "labels", Value = "cat,dog" });
        model.Graph.Node[0].MetadataProps.Add(new StringStringEntryProto { Key = "layer", Value = "head" });
        var before = model.Proto.Clone();

        Ballast.Strip(model).Proto.ShouldBe(before);
    }

    [Theory]
    [InlineData(8, "", false)]
    [InlineData(-1, "", true)]
    [InlineData(8, "com.example", true)]
    public void Shapes_inside_go_where_every_runtime_finds_them_itself(long extent, string domain, bool stay)
    {
        var model = new GraphBuilder().Input("x", [1, extent]).Node("Relu", ["x"], ["h"]).Node("Neg", ["h"], ["y"]).Output("y").Build();
        model.Graph.Node[1].Domain = domain;
        model.Graph.ValueInfo.Add(new ValueInfoProto { Name = "h" });

        Ballast.Strip(model).Graph.ValueInfo.Count.ShouldBe(stay ? 1 : 0);
    }

    [Fact]
    public void Constants_that_nothing_reads_go_and_those_that_something_may_ask_for_stay()
    {
        var model = WithBranches().Random("unread", [3]).Random("given", [3]).Input("given", [3]).Random("scale", [1]).Constant("idle", [2], [1, 2]).Build();
        model.Graph.SparseInitializer.Add(new SparseTensorProto { Values = new TensorProto { Name = "sparse" } });
        model.Graph.QuantizationAnnotation.Add(new TensorAnnotation
        {
            TensorName = "h",
            QuantParameterTensorNames = { new StringStringEntryProto { Key = "SCALE_TENSOR", Value = "scale" } },
        });

        var graph = Ballast.Strip(model).Graph;

        graph.Initializer.Select(tensor => tensor.Name).ShouldBe(["w", "bias", "given", "scale"]);
        graph.SparseInitializer.ShouldBeEmpty();
        graph.Node.ShouldNotContain(node => node.OpType == "Constant");
    }

    [Fact]
    public void Repeated_integers_are_read_from_the_first_and_repeated_floats_stay()
    {
        var branch = new GraphBuilder().Node("Reshape", ["x", "again"], ["inner"]).Output("inner").Build().Graph;
        var model = new GraphBuilder()
            .Input("x", [1, 4]).Input("yes", [], (int)TensorProto.Types.DataType.Bool)
            .Integers("shape", [2], 2, 2).Integers("again", [2], 2, 2).Integers("other", [2], 4, 1).Integers("out", [2], 2, 2)
            .Initializer("one", [1], [1]).Initializer("uno", [1], [1])
            .Node("Reshape", ["x", "shape"], ["a"])
            .Node("Reshape", ["a", "again"], ["b"])
            .Node("Reshape", ["b", "other"], ["c"])
            .Node("If", ["yes"], ["d"], ("then_branch", branch))
            .Node("Add", ["one", "uno"], ["e"])
            .Output("c").Output("d").Output("e").Output("out")
            .Build();

        var graph = Ballast.Strip(model).Graph;

        graph.Initializer.Select(tensor => tensor.Name).ShouldBe(["shape", "other", "out", "one", "uno"]);
        graph.Node.Take(3).Select(node => node.Input[1]).ShouldBe(["shape", "shape", "other"]);
        graph.Node[3].Attribute[0].G.Node[0].Input[1].ShouldBe("shape");
    }

    [Fact]
    public void A_name_that_a_branch_has_for_something_of_its_own_is_left_alone()
    {
        var branch = new GraphBuilder().Integers("again", [2], 4, 1).Node("Reshape", ["x", "again"], ["inner"]).Output("inner").Build().Graph;
        var model = new GraphBuilder()
            .Input("x", [1, 4]).Input("yes", [], (int)TensorProto.Types.DataType.Bool).Integers("shape", [2], 2, 2).Integers("again", [2], 2, 2)
            .Node("Reshape", ["x", "shape"], ["a"]).Node("Reshape", ["a", "again"], ["b"]).Node("If", ["yes"], ["d"], ("then_branch", branch))
            .Output("b").Output("d").Build();

        Ballast.Strip(model).Graph.Node[2].Attribute[0].G.Node[0].Input[1].ShouldBe("again");
    }

    [SharedDataFact]
    public void Real_models_hang_together_afterwards_and_have_nothing_more_to_lose()
    {
        foreach (var file in Directory.GetFiles(SharedData.Path("real"), "*.onnx"))
        {
            var stripped = Ballast.Strip(OnnxModel.Load(file));
            OnnxValidator.Check(stripped).ShouldBeEmpty(file);
            Ballast.Strip(stripped).Proto.ShouldBe(stripped.Proto, file);
        }
    }

    private static GraphBuilder WithBranches()
    {
        var branch = new GraphBuilder().Node("Relu", ["h"], ["inner"]).Output("inner").Build().Graph;
        return new GraphBuilder()
            .Input("x", [1, 4])
            .Input("yes", [], (int)TensorProto.Types.DataType.Bool)
            .Random("w", [4, 3])
            .Random("bias", [3])
            .Node("Gemm", ["x", "w", "bias"], ["h"], ("alpha", 2f))
            .Node("If", ["yes"], ["y"], ("then_branch", branch))
            .Output("y");
    }
}
