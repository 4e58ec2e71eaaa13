using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Writing;

public sealed class RewriteTests
{
    private static OnnxModel TwoLayers() => new GraphBuilder().Input("x", [1, 4]).MatMul("x", "a", 4, 4).MatMul("a", "y", 4, 4).Output("y").Build();

    [Fact]
    public void Every_site_is_written_into_a_clone_and_the_model_stays()
    {
        var model = TwoLayers();
        var before = model.ToBytes();

        var result = Rewrite.Apply(model, LayerFinder.Find(model), Halve);

        model.ToBytes().ShouldBe(before);
        result.Graph.Node.Select(node => node.OpType).ShouldBe(["MatMul", "Mul", "MatMul", "Mul"]);
        result.Graph.Node[1].Input[0].ShouldBe(result.Graph.Node[0].Output[0]);
        result.Graph.Initializer.Select(tensor => tensor.Name).ShouldBe(["a.w", "y.w", "a.w_half", "y.w_half"]);
        OnnxValidator.Check(result).ShouldBeEmpty();
    }

    [Fact]
    public void Nodes_are_found_where_they_stand_even_when_two_have_one_name()
    {
        var model = TwoLayers();
        model.Graph.Node[1].Name = model.Graph.Node[0].Name;
        var second = model.Graph.Node[1];

        var result = Rewrite.Apply(model, [second], (node, rewrite) =>
        {
            rewrite.Own(node).ShouldBeSameAs(rewrite.Model.Graph.Node[1]);
            var write = rewrite.Writer("y", (int)TensorProto.Types.DataType.Float);
            write.NodeTo(node.Output[0], "Identity", [node.Input[0]]);
            rewrite.Replace([rewrite.Own(node)], write);
        });

        result.Graph.Node.Select(node => node.OpType).ShouldBe(["MatMul", "Identity"]);
        result.Graph.Initializer.Select(tensor => tensor.Name).ShouldBe(["a.w"]);
    }

    [Fact]
    public void A_constant_of_a_known_name_takes_its_place()
    {
        var model = TwoLayers();

        var result = Rewrite.Apply(model, [LayerFinder.Find(model)[0]], (layer, rewrite) =>
        {
            var write = rewrite.Writer(layer);
            write.Initializer(layer.Weight, WeightValues.Create("", layer.ElementType, [4, 4], new double[16]));
            write.NewNodes.Add(layer.Node.Clone());
            rewrite.Replace([rewrite.Own(layer.Node)], write, like: layer.Weight);
        });

        result.Graph.Initializer.Select(tensor => tensor.Name).ShouldBe(["a.w", "y.w"]);
        WeightValues.ReadDoubles(result.Graph.Initializer[0]).ShouldAllBe(value => value == 0);
    }

    [Fact]
    public void What_does_not_hang_together_is_an_error()
    {
        var model = TwoLayers();

        var error = Should.Throw<InvalidOperationException>(() => Rewrite.Apply(model, [model.Graph.Node[0]], (node, rewrite) =>
        {
            var write = rewrite.Writer("a", (int)TensorProto.Types.DataType.Float);
            write.NodeTo(node.Output[0], "Identity", ["nowhere"]);
            rewrite.Replace([rewrite.Own(node)], write);
        }));

        error.Message.ShouldContain("reads 'nowhere', which nothing before it makes");
    }

    [Theory]
    [InlineData(12, "[features]; axis = 1, split = [2, 2]")]
    [InlineData(13, "[features, y_sizes]; axis = 1")]
    public void A_node_has_the_form_that_the_models_operators_know(int opset, string expected)
    {
        var write = new GraphWriter(new GraphBuilder(opset).Build(), prefix => prefix) { Stem = "y" };

        write.Split("features", [2, 2], ["one", "two"], axis: 1).ShouldBe(["one", "two"]);

        var node = write.NewNodes.ShouldHaveSingleItem();
        var attributes = node.Attribute.Select(attribute =>
            $"{attribute.Name} = {(attribute.Ints.Count > 0 ? $"[{string.Join(", ", attribute.Ints)}]" : $"{attribute.I}")}");
        $"[{string.Join(", ", node.Input)}]; {string.Join(", ", attributes)}".ShouldBe(expected);
    }

    [Fact]
    public void Equal_small_constants_are_one_and_bytes_are_those_of_the_file()
    {
        var model = TwoLayers();
        var write = new GraphWriter(model, prefix => prefix) { Stem = "s" };

        write.Constant(1, 2).ShouldBe(write.Constant(1, 2));
        write.Node("Reshape", ["x", write.Constant(4, 1)]);

        write.NewConstants.Count.ShouldBe(2);
        var before = model.Graph.CalculateSize();
        model.Graph.Initializer.Add(write.NewConstants);
        model.Graph.Node.Add(write.NewNodes);
        (model.Graph.CalculateSize() - before).ShouldBe((int)write.Bytes);
    }

    private static void Halve(WeightLayer layer, Rewrite rewrite)
    {
        var write = rewrite.Writer(layer);
        var node = layer.Node.Clone();
        node.Output[0] = write.NewName(node.Output[0] + "_whole");
        write.NewNodes.Add(node);
        write.NodeTo(layer.Output, "Mul", [node.Output[0], write.Numbers("_half", [0.5], 1)]);
        rewrite.Replace([rewrite.Own(layer.Node)], write, like: layer.Weight);
    }
}
