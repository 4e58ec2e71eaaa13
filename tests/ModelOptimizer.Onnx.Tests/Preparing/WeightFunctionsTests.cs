using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Preparing;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Testing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Onnx.Tests.Preparing;

public class WeightFunctionsTests
{
    [Fact]
    public void A_function_with_a_weight_is_written_out_for_each_call_and_its_weight_is_there_once()
    {
        var given = Calls(2, Dense());
        var before = given.Proto.ToString();

        var model = WeightFunctions.Inline(given);

        given.Proto.ToString().ShouldBe(before, "the model that was given is not changed");
        OnnxValidator.Check(model).ShouldBeEmpty();
        model.Proto.Functions.ShouldBeEmpty();
        model.Graph.Initializer.ShouldHaveSingleItem().Dims.ShouldBe([4, 4]);
        LayerFinder.Find(model).Select(layer => layer.Name).ShouldBe(["call1/product", "call2/product"]);
        model.Graph.Node.Select(node => node.OpType).ShouldBe(["MatMul", "LeakyRelu", "MatMul", "LeakyRelu"]);
        model.Graph.Node[^1].Output.ShouldBe(["h2"]);
    }

    [Fact]
    public void Attributes_are_those_of_the_call_or_else_the_function_s_and_absent_where_neither_has_them()
    {
        var function = Dense();
        function.AttributeProto.Add(GraphBuilder.Attribute("slope", 0.25f));
        var given = Calls(2, function);
        given.Graph.Node[1].Attribute.Add(GraphBuilder.Attribute("slope", 0.5f));
        static float?[] Slopes(OnnxModel model) => [.. model.Graph.Node.Where(node => node.OpType == "LeakyRelu").Select(node => node.Attribute("alpha")?.F)];

        Slopes(WeightFunctions.Inline(given)).ShouldBe([0.25f, 0.5f]);
        given.Proto.Functions[0].AttributeProto.Clear();
        Slopes(WeightFunctions.Inline(given)).ShouldBe([null, 0.5f]);
    }

    [Fact]
    public void A_function_that_is_given_a_weight_and_one_that_calls_it_are_written_out_and_others_stay()
    {
        var product = Function("Product", ["a", "w"], ["o"], Node("MatMul", ["a", "w"], "o"));
        var call = new NodeProto { Domain = "local", OpType = "Product", Name = "p", Input = { "a", "w" }, Output = { "o" } };
        var outer = Function("Outer", ["a", "w"], ["o"], call);
        var other = Function("Twice", ["a"], ["o"], Node("Add", ["a", "a"], "o"));
        var builder = new GraphBuilder().Input("x", [1, 4]).Random("weight", [4, 4])
            .Node("Outer", ["x", "weight"], ["h"]).Named("").Node("Twice", ["h"], ["y"]).Output("y");
        builder.Proto.Graph.Node.ToList().ForEach(node => node.Domain = "local");

        var model = WeightFunctions.Inline(With(builder, product, outer, other));

        OnnxValidator.Check(model).ShouldBeEmpty();
        model.Proto.Functions.Select(function => function.Name).ShouldBe(["Twice"]);
        LayerFinder.Find(model).ShouldHaveSingleItem().Weight.ShouldBe("weight");
    }

    [Fact]
    public void Names_inside_graphs_of_a_function_do_not_meet_and_inputs_that_are_passed_on_are_still_there()
    {
        GraphProto Branch(string name) => new GraphBuilder().Node("MatMul", ["a", "w"], [name]).Output(name).Build().Graph;
        var choose = Node("If", ["c"], "o");
        choose.Attribute.AddRange([GraphBuilder.Attribute("then_branch", Branch("t")), GraphBuilder.Attribute("else_branch", Branch("e"))]);
        var function = Function("Choose", ["a", "c"], ["o", "a"], Node("Constant", [], "w"), choose);
        function.Node[0].Attribute.Add(GraphBuilder.Attribute("value", WeightValues.Create("", (int)DataType.Float, [4, 4], [.. Enumerable.Range(0, 16)])));
        var builder = new GraphBuilder().Input("a", [1, 4]).Input("b", [], (int)DataType.Bool)
            .Node("Choose", ["a", "b"], ["t", "same"]).Node("Choose", ["t", "b"], ["y", ""]).Output("y").Output("same");
        builder.Proto.Graph.Node.ToList().ForEach(node => node.Domain = "local");

        var model = ReachedWeights.Of(With(builder, function));

        OnnxValidator.Check(model).ShouldBeEmpty();
        model.Graph.Node.Select(node => node.OpType).ShouldBe(["If", "Identity", "If"]);
        GraphWalk.Graphs(model.Proto).SelectMany(graph => graph.Node).SelectMany(node => node.Output).ShouldBeUnique();
        LayerFinder.Find(model).Count(layer => layer.WeightCount == 16).ShouldBe(4);
    }

    [Theory]
    [InlineData("version")]
    [InlineData("circle")]
    [InlineData("no weights")]
    [InlineData("weights of a branch, called twice")]
    public void What_cannot_be_written_out_and_what_has_no_weights_stays_a_function(string what)
    {
        var function = what == "no weights" ? Function("Dense", ["a"], ["o"], Node("Relu", ["a"], "o")) : Dense();
        if (what == "version")
        {
            function.OpsetImport[0].Version = 12;
        }
        else if (what == "circle")
        {
            function.Node.Add(new NodeProto { Domain = "local", OpType = "Dense", Input = { "o" }, Output = { "again" } });
        }

        else if (what.StartsWith("weights of a branch", StringComparison.Ordinal))
        {
            var branch = new GraphBuilder().Random("v", [4, 4]).Node("MatMul", ["a", "v"], ["t"]).Output("t").Build().Graph;
            var choose = Node("If", ["c"], "u");
            choose.Attribute.AddRange([GraphBuilder.Attribute("then_branch", branch), GraphBuilder.Attribute("else_branch", branch.Clone())]);
            function.Node.Add(choose);
        }

        var model = Calls(what.EndsWith("twice", StringComparison.Ordinal) ? 2 : 1, function);

        WeightFunctions.Inline(model).ShouldBeSameAs(model);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Weights_of_graphs_inside_a_function_are_counted_and_reached(bool isDefault)
    {
        GraphProto Branch(string weight) => new GraphBuilder().Random(weight, [4, 4]).Node("MatMul", ["a", weight], ["t"]).Output("t").Build().Graph;
        var choose = Node("If", ["c"], "o");
        choose.Attribute.Add(GraphBuilder.Attribute("then_branch", Branch("v")));
        choose.Attribute.Add(isDefault
            ? new AttributeProto { Name = "else_branch", RefAttrName = "other", Type = AttributeProto.Types.AttributeType.Graph }
            : GraphBuilder.Attribute("else_branch", Branch("u")));
        var function = Function("Choose", ["a", "c"], ["o"], choose);
        if (isDefault)
        {
            function.AttributeProto.Add(GraphBuilder.Attribute("other", Branch("u")));
        }

        var builder = new GraphBuilder().Input("x", [1, 4]).Input("b", [], (int)DataType.Bool).Node("Choose", ["x", "b"], ["y"]).Output("y");
        builder.Proto.Graph.Node[0].Domain = "local";
        var given = With(builder, function);

        var model = ReachedWeights.Of(given);

        ModelStatistics.Parameters(given).ShouldBe(32);
        ModelStatistics.Parameters(model).ShouldBe(32);
        model.Proto.Functions.ShouldBeEmpty();
        model.Graph.Initializer.Select(tensor => tensor.Dims.Product()).ShouldBe([16L, 16L]);
    }

    [Fact]
    public void Of_functions_for_two_versions_of_a_domain_one_is_written_out_and_the_other_stays_with_its_version()
    {
        FunctionProto Scaled(string name, long version)
        {
            var function = Dense();
            function.Name = name;
            function.Node.Add(new NodeProto { Domain = "other", OpType = "Scale", Input = { "o" }, Output = { "s" } });
            function.Output[0] = "s";
            function.OpsetImport.Add(new OperatorSetIdProto { Domain = "other", Version = version });
            return function;
        }

        var builder = new GraphBuilder().Input("x", [1, 4]).Node("First", ["x"], ["h"]).Node("Second", ["h"], ["g"]).Node("First", ["g"], ["y"]).Output("y");
        builder.Proto.Graph.Node.ToList().ForEach(node => node.Domain = "local");

        var model = WeightFunctions.Inline(With(builder, Scaled("First", 1), Scaled("Second", 3)));

        model.Graph.Node.Select(node => node.OpType).ShouldBe(["MatMul", "LeakyRelu", "Scale", "Second", "MatMul", "LeakyRelu", "Scale"]);
        model.Proto.OpsetImport.Single(import => import.Domain == "other").Version.ShouldBe(1);
        var left = model.Proto.Functions.ShouldHaveSingleItem();
        (left.Name, left.OpsetImport.Single(import => import.Domain == "other").Version).ShouldBe(("Second", 3));
    }

    private static FunctionProto Dense()
    {
        var constant = Node("Constant", [], "w");
        constant.Attribute.Add(GraphBuilder.Attribute("value", WeightValues.Create("", (int)DataType.Float, [4, 4], GraphBuilder.Normal([4, 4], 1, 1))));
        var relu = Node("LeakyRelu", ["p"], "o");
        relu.Attribute.Add(new AttributeProto { Name = "alpha", RefAttrName = "slope", Type = AttributeProto.Types.AttributeType.Float });
        var product = Node("MatMul", ["a", "w"], "p");
        product.Name = "product";
        var function = Function("Dense", ["a"], ["o"], constant, product, relu);
        function.Attribute.Add("slope");
        return function;
    }

    private static FunctionProto Function(string name, string[] inputs, string[] outputs, params NodeProto[] nodes) => new()
    {
        Name = name,
        Domain = "local",
        Input = { inputs },
        Output = { outputs },
        Node = { nodes },
        OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 13 }, new OperatorSetIdProto { Domain = "local", Version = 1 } },
    };

    private static NodeProto Node(string operation, string[] inputs, string output) => new() { OpType = operation, Input = { inputs }, Output = { output } };

    private static OnnxModel Calls(int count, FunctionProto function)
    {
        var builder = new GraphBuilder().Input("h0", [1, 4]);
        for (var call = 1; call <= count; call++)
        {
            builder.Node("Dense", [$"h{call - 1}"], [$"h{call}"]).Named($"call{call}");
            builder.Proto.Graph.Node[^1].Domain = "local";
        }

        return With(builder.Output($"h{count}"), function);
    }

    private static OnnxModel With(GraphBuilder builder, params FunctionProto[] functions)
    {
        builder.Proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "local", Version = 1 });
        builder.Proto.Functions.AddRange(functions);
        return builder.Build();
    }
}
