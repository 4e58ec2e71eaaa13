using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Preparing;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Testing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Onnx.Tests.Preparing;

public class BodyWeightsTests
{
    [Fact]
    public void Weights_of_both_branches_are_in_the_main_graph_also_where_they_have_one_name()
    {
        var given = If(Branch("w", 3).Output("h").Build().Graph, Branch("w", 3, asNode: true).Output("h").Build().Graph);
        var before = given.Proto.ToString();

        var model = BodyWeights.Lift(given);

        given.Proto.ToString().ShouldBe(before, "the model that was given is not changed");
        OnnxValidator.Check(model).ShouldBeEmpty();
        model.Graph.Initializer.Select(tensor => tensor.Name).Distinct().Count().ShouldBe(2);
        var branches = model.Graph.Node[0].Attribute.Select(attribute => attribute.G).ToList();
        branches.ShouldAllBe(branch => branch.Initializer.Count == 0 && branch.Node.Count == 1);
        branches.Select(branch => branch.Node[0].Input[1]).ShouldBe(model.Graph.Initializer.Select(tensor => tensor.Name));
        ModelStatistics.Parameters(model).ShouldBe(ModelStatistics.Parameters(given));
        LayerFinder.Find(model).ShouldAllBe(layer => layer.WeightCount == 12 && layer.Obstacle == "it is inside a sub-graph of If");
    }

    [Fact]
    public void A_name_that_is_unique_stays_and_graphs_inside_a_body_read_it_as_before()
    {
        var inner = Branch("deep", 4).Node("MatMul", ["h", "middle"], ["k"]).Output("k").Build().Graph;
        var body = new GraphBuilder().Random("middle", [4, 4]).Node("If", ["c"], ["g"], ("then_branch", inner), ("else_branch", inner.Clone())).Output("g");
        var model = BodyWeights.Lift(If(body.Build().Graph, Branch("other", 4).Output("h").Build().Graph));

        OnnxValidator.Check(model).ShouldBeEmpty();
        model.Graph.Initializer.Select(tensor => tensor.Name).ShouldBe(["middle", "deep_1", "deep_2", "other"], ignoreOrder: true);
        model.Graph.Node[0].Attribute[0].G.Node[0].Attribute.Select(attribute => attribute.G.Node[1].Input[1]).ShouldAllBe(name => name == "middle");
    }

    [Fact]
    public void What_a_body_gives_is_its_own_and_so_are_vectors_integers_and_defaults()
    {
        var body = Branch("w", 3).Random("given", [2, 2]).Random("default", [2, 2]).Random("vector", [3]).Integers("shape", [1, 2], 1, 1)
            .Input("default", [2, 2]).Output("h").Output("given");
        var model = BodyWeights.Lift(If(body.Build().Graph, body.Build().Graph));

        model.Graph.Initializer.Count.ShouldBe(2);
        model.Graph.Node[0].Attribute[0].G.Initializer.Select(tensor => tensor.Name).ShouldBe(["given", "default", "vector", "shape"]);
    }

    [Fact]
    public void What_all_see_and_a_model_without_bodies_are_left_as_they_are()
    {
        var branch = new GraphBuilder().Node("MatMul", ["x", "outer"], ["h"]).Output("h").Build().Graph;
        var shared = If(branch, branch.Clone());
        shared.Graph.Initializer.Add(WeightValues.Create("outer", (int)DataType.Float, [4, 4], GraphBuilder.Normal([4, 4], 1, 1)));
        BodyWeights.Lift(shared).ShouldBeSameAs(shared);
        var plain = new GraphBuilder().Input("x", [1, 4]).Gemm("x", "y", 3, 4).Output("y").Build();
        ReachedWeights.Of(plain).ShouldBeSameAs(plain);
    }

    [Fact]
    public void Before_IR_version_4_what_comes_is_an_input_as_all_are()
    {
        var given = If(Branch("w", 3).Output("h").Build().Graph, Branch("v", 3).Output("h").Build().Graph, irVersion: 3);
        BodyWeights.Lift(given).Graph.Input.Select(input => input.Name).ShouldBe(["x", "c", "w", "v"]);
    }

    private static GraphBuilder Branch(string weight, int outputs, bool asNode = false)
    {
        var graph = new GraphBuilder();
        _ = asNode ? graph.Constant(weight, [4, outputs], GraphBuilder.Normal([4, outputs], 1, 9)) : graph.Random(weight, [4, outputs]);
        return graph.Node("MatMul", ["x", weight], ["h"]);
    }

    private static OnnxModel If(GraphProto then, GraphProto otherwise, long irVersion = 8) => new GraphBuilder(irVersion: irVersion)
        .Input("x", [1, 4]).Input("c", [], (int)DataType.Bool)
        .Node("If", ["c"], ["y"], ("then_branch", then), ("else_branch", otherwise)).Output("y").Build();
}
