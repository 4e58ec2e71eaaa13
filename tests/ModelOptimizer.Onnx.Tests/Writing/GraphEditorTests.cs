using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Writing;

public sealed class GraphEditorTests
{
    private const int Float = (int)TensorProto.Types.DataType.Float;

    [Fact]
    public void A_node_is_replaced_in_its_place_and_its_weight_goes()
    {
        var model = new GraphBuilder().Input("x", [1, 4]).MatMul("x", "a", 4, 4).MatMul("a", "b", 4, 4).MatMul("b", "y", 4, 4).Output("y").Build();

        Split(model, "b");

        model.Graph.Node.Select(node => node.Name).ShouldBe(["a", "b/1", "b/2", "y"]);
        model.Graph.Initializer.Select(tensor => tensor.Name).ShouldBe(["a.w", "y.w", "b.w/1", "b.w/2"]);
        OnnxValidator.Check(model).ShouldBeEmpty();
    }

    [Fact]
    public void Everything_else_stays_as_it_was()
    {
        var builder = new GraphBuilder()
            .Input("x", [-1, 4])
            .MatMul("x", "a", 4, 4)
            .MatMul("a", "y", 4, 4)
            .Random("unused", [2])
            .Constant("unused too", [1], [1])
            .Output("y", [-1, 4]);
        builder.Proto.MetadataProps.Add(new StringStringEntryProto { Key = "author", Value = "me" });
        builder.Proto.Graph.ValueInfo.Add(new ValueInfoProto { Name = "a" });
        var model = builder.Build();
        var before = model.Clone();

        Split(model, "y");

        model.Graph.Input.ShouldBe(before.Graph.Input);
        model.Graph.Output.ShouldBe(before.Graph.Output);
        model.Graph.ValueInfo.ShouldBe(before.Graph.ValueInfo);
        model.Proto.MetadataProps.ShouldBe(before.Proto.MetadataProps);
        model.Proto.OpsetImport.ShouldBe(before.Proto.OpsetImport);
        model.Graph.Initializer.Select(tensor => tensor.Name).ShouldBe(["a.w", "unused", "y.w/1", "y.w/2"]);
        model.Graph.Node.Select(node => node.Output[0]).ShouldContain("unused too");
    }

    [Fact]
    public void What_the_file_says_about_tensors_that_are_gone_goes_too()
    {
        var builder = new GraphBuilder().Input("x", [1, 4]).MatMul("x", "m", 4, 4).Random("b", [4]).Node("Add", ["m", "b"], ["y"]).Output("y");
        builder.Proto.Graph.ValueInfo.Add(new ValueInfoProto { Name = "m" });
        builder.Proto.Graph.ValueInfo.Add(new ValueInfoProto { Name = "m.w" });
        builder.Proto.Graph.ValueInfo.Add(new ValueInfoProto { Name = "never there" });
        builder.Proto.Graph.QuantizationAnnotation.Add(new TensorAnnotation { TensorName = "m" });
        var model = builder.Build();
        var layer = LayerFinder.Find(model)[0];

        var editor = new GraphEditor(model);
        editor.ReplaceNodes([layer.Node, layer.BiasAdd!], [new NodeProto { OpType = "Gemm", Name = "m", Input = { "x", "w2", "b" }, Output = { "y" } }]);
        editor.AddInitializer(WeightValues.Create("w2", Float, [4, 4], new double[16]));
        editor.Prune();

        model.Graph.Node.ShouldHaveSingleItem();
        model.Graph.ValueInfo.Select(info => info.Name).ShouldBe(["never there"]);
        model.Graph.QuantizationAnnotation.ShouldBeEmpty();
        model.Graph.Initializer.Select(tensor => tensor.Name).ShouldBe(["b", "w2"]);
        OnnxValidator.Check(model).ShouldBeEmpty();
    }

    [Fact]
    public void A_weight_that_somebody_else_reads_stays()
    {
        var inner = new GraphBuilder().Node("Identity", ["y.w"], ["i"]).Output("i").Build().Graph;
        var model = new GraphBuilder()
            .Input("x", [1, 4])
            .Input("b", [])
            .MatMul("x", "y", 4, 4)
            .Node("If", ["b"], ["z"], ("then_branch", inner))
            .Output("y")
            .Build();

        Split(model, "y");

        model.Graph.Initializer.Select(tensor => tensor.Name).ShouldContain("y.w");
        OnnxValidator.Check(model).ShouldBeEmpty();
    }

    [Fact]
    public void A_weight_that_is_an_output_or_may_be_given_by_the_caller_stays()
    {
        var output = new GraphBuilder().Input("x", [1, 4]).MatMul("x", "y", 4, 4).Output("y").Output("y.w").Build();
        var input = new GraphBuilder().Input("x", [1, 4]).Input("y.w", [4, 4]).MatMul("x", "y", 4, 4).Output("y").Build();

        Split(output, "y");
        Split(input, "y");

        output.Graph.Initializer.Select(tensor => tensor.Name).ShouldContain("y.w");
        input.Graph.Initializer.Select(tensor => tensor.Name).ShouldContain("y.w");
        input.Graph.Input.Count.ShouldBe(2);
    }

    [Fact]
    public void Before_IR_version_4_weights_come_and_go_with_their_inputs()
    {
        var model = new GraphBuilder(opset: 7, irVersion: 3).Input("x", [1, 4]).Input("y.w", [4, 4]).MatMul("x", "y", 4, 4).Output("y").Build();

        Split(model, "y");

        model.Graph.Input.Select(input => input.Name).ShouldBe(["x", "y.w/1", "y.w/2"]);
        model.Graph.Input[1].Type.TensorType.Shape.Dim.Select(dim => dim.DimValue).ShouldBe([4, 1]);
    }

    [Fact]
    public void An_old_file_whose_weights_are_no_inputs_keeps_its_way()
    {
        var model = new GraphBuilder(opset: 7, irVersion: 3).Input("x", [1, 4]).MatMul("x", "y", 4, 4).Output("y").Build();

        Split(model, "y");

        model.Graph.Input.Select(input => input.Name).ShouldBe(["x"]);
    }

    [Fact]
    public void A_weight_in_a_Constant_node_is_followed_by_Constant_nodes()
    {
        var model = new GraphBuilder()
            .Input("x", [1, 4])
            .Constant("y.w", [4, 4], new double[16])
            .Node("MatMul", ["x", "y.w"], ["y"])
            .Named("y")
            .Output("y")
            .Build();

        Split(model, "y");

        model.Graph.Initializer.ShouldBeEmpty();
        model.Graph.Node.Select(node => node.OpType).ShouldBe(["Constant", "Constant", "MatMul", "MatMul"]);
        OnnxValidator.Check(model).ShouldBeEmpty();
    }

    [Fact]
    public void New_names_collide_with_nothing_in_any_graph_and_are_the_same_every_time()
    {
        var inner = new GraphBuilder().Node("Identity", ["x"], ["t"]).Node("Identity", ["t"], ["t_1"]).Build().Graph;
        var model = new GraphBuilder().Input("x", [1]).Input("b", []).Node("If", ["b"], ["y"], ("then_branch", inner)).Output("y").Build();

        var editor = new GraphEditor(model);

        editor.UniqueName("t").ShouldBe("t_2");
        editor.UniqueName("t").ShouldBe("t_3");
        editor.UniqueName("new").ShouldBe("new");
        new GraphEditor(model).UniqueName("t").ShouldBe("t_2");
    }

    [Fact]
    public void A_node_of_another_model_cannot_be_replaced()
    {
        var model = new GraphBuilder().Input("x", [1, 4]).MatMul("x", "y", 4, 4).Output("y").Build();

        Should.Throw<ArgumentException>(() => new GraphEditor(model).ReplaceNodes([model.Clone().Graph.Node[0]], []));
    }

    // The edit every method makes: one matrix becomes two.
    private static void Split(OnnxModel model, string name)
    {
        var layer = LayerFinder.Find(model).Single(layer => layer.Name == name);
        var editor = new GraphEditor(model);
        var middle = editor.UniqueName(name + "/middle");
        editor.AddWeight(WeightValues.Create(layer.Weight + "/1", Float, [4, 1], [1.0, 2, 3, 4]), layer.Weight);
        editor.AddWeight(WeightValues.Create(layer.Weight + "/2", Float, [1, 4], [1.0, 2, 3, 4]), layer.Weight);
        editor.ReplaceNodes(
            [layer.Node],
            [
                new NodeProto { OpType = "MatMul", Name = name + "/1", Input = { layer.Input, layer.Weight + "/1" }, Output = { middle } },
                new NodeProto { OpType = "MatMul", Name = name + "/2", Input = { middle, layer.Weight + "/2" }, Output = { layer.Output } },
            ]);
        editor.Prune();
    }
}
