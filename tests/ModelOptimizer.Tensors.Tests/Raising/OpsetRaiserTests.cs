using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Raising;
using ModelOptimizer.Testing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Tensors.Tests.Raising;

public sealed class OpsetRaiserTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private Engine Engine => fixture.Engine;

    [Fact]
    public void Branches_are_raised_and_their_constants_stand_in_the_graph_around_them()
    {
        GraphProto Branch(double low) => new GraphBuilder().Node("Clip", ["x"], ["c"], ("min", low), ("max", 0.8))
            .Node("Unsqueeze", ["c"], ["u"], ("axes", new[] { 0 })).Node("Softmax", ["u"], ["b"], ("axis", 1)).Output("b").Build().Graph;
        var model = new GraphBuilder(10, 5).Input("go", [], (int)DataType.Bool).Input("x", [2, 3])
            .Node("If", ["go"], ["y"], ("then_branch", Branch(-1)), ("else_branch", Branch(-0.2))).Output("y").Build();

        var raised = Engine.ShouldGiveTheSame(model);

        // Two lower bounds, one upper bound, one axis.
        raised.Graph.Initializer.Count.ShouldBe(4);
        var branches = GraphWalk.SubGraphs(raised.Only("If")).ToList();
        branches.ShouldAllBe(branch => branch.Initializer.Count == 0);
        branches.ConvertAll(branch => string.Join(' ', branch.Node.Select(node => node.OpType)))
            .ShouldAllBe(ops => ops == "Clip Unsqueeze Flatten Softmax Shape Reshape");
    }

    [Fact]
    public void Bodies_inside_bodies_are_raised()
    {
        var inner = new GraphBuilder().Node("ReduceSum", ["v"], ["s"], ("axes", new[] { 0 }), ("keepdims", 1))
            .Node("Add", ["v", "s"], ["n"]).Output("n", [2]).Build().Graph;
        var other = new GraphBuilder().Node("Neg", ["v"], ["m"]).Output("m", [2]).Build().Graph;
        var body = new GraphBuilder().Input("i", [], (int)DataType.Int64).Input("go", [], (int)DataType.Bool).Input("v", [2])
            .Node("Identity", ["go"], ["more"]).Node("If", ["go"], ["next"], ("then_branch", inner), ("else_branch", other))
            .Output("more", [], (int)DataType.Bool).Output("next", [2]).Build().Graph;
        var model = new GraphBuilder(11, 6).Input("x", [2]).Integers("count", [], 3)
            .Node("Loop", ["count", "", "x"], ["y"], ("body", body)).Output("y").Build();

        Engine.ShouldGiveTheSame(model).Only("ReduceSum").Input.Count.ShouldBe(2);
    }

    [Fact]
    public void Functions_are_raised_with_constants_of_their_own()
    {
        var model = new GraphBuilder(11, 8).Input("x", [1, 3]).Node("Squash", ["x"], ["y"]).Output("y").Build();
        model.Graph.Node[0].Domain = "own";
        model.Proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "own", Version = 1 });
        var nodes = new GraphBuilder().Node("Squeeze", ["a"], ["s"], ("axes", new[] { 0 }))
            .Node("Unsqueeze", ["s"], ["b"], ("axes", new[] { 0, 2 })).Build().Graph.Node;
        var function = new FunctionProto { Domain = "own", Name = "Squash", Input = { "a" }, Output = { "b" } };
        function.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 11 });
        function.Node.AddRange(nodes);
        model.Proto.Functions.Add(function);

        var raised = Engine.ShouldGiveTheSame(model);

        raised.Proto.Functions[0].OpsetImport[0].Version.ShouldBe(13);
        raised.Proto.Functions[0].Node.Select(node => node.OpType).ShouldBe(["Constant", "Constant", "Squeeze", "Unsqueeze"]);
        raised.Graph.Initializer.ShouldBeEmpty();
    }

    [Fact]
    public void Attributes_of_the_function_around_a_node_cannot_become_inputs()
    {
        var model = new GraphBuilder(11, 8).Input("x", [1, 3]).Node("Neg", ["x"], ["y"]).Output("y").Build();
        var function = new FunctionProto { Domain = "own", Name = "f", Input = { "a" }, Output = { "b" }, Attribute = { "along" } };
        function.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 11 });
        function.Node.AddRange(new GraphBuilder().Node("Squeeze", ["a"], ["b"], ("axes", new[] { 0 })).Build().Graph.Node);
        function.Node[0].Attribute[0].RefAttrName = "along";
        model.Proto.Functions.Add(function);

        Should.Throw<DiagnosticException>(() => OpsetRaiser.Raise(model, new Dictionary<string, long[]>())).Message
            .ShouldContain("Squeeze 'b_node' (its attributes are those of the function around it)");
    }

    [Fact]
    public void Weights_that_had_to_be_inputs_are_none_any_more()
    {
        var graph = new GraphBuilder(9, 3).Input("x", [1, 3]).Input("y.w", [3, 4]).Input("y.b", [4]).Gemm("x", "y", 4, 3).Output("y");

        var raised = Engine.ShouldGiveTheSame(graph.Build());

        raised.Graph.Input.Select(input => input.Name).ShouldBe(["x"]);
        raised.Proto.IrVersion.ShouldBe(7);
    }

    [Fact]
    public void Values_that_a_caller_may_give_are_no_constants()
    {
        var model = new GraphBuilder(10, 4).Input("x", [1, 1, 2, 2]).Input("s", [4]).Initializer("s", [4], [1, 1, 2, 2])
            .Node("Resize", ["x", "s"], ["y"]).Output("y").Build();

        Should.Throw<DiagnosticException>(() => OpsetRaiser.Raise(model, new Dictionary<string, long[]>())).Message.ShouldContain("not constant");
    }

    [Fact]
    public void Other_domains_stay()
    {
        var model = new GraphBuilder(11, 6).Input("x", [2, 3]).Node("Gelu", ["x"], ["y"]).Output("y").Build();
        model.Graph.Node[0].Domain = "com.microsoft";
        model.Proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 });

        Engine.ShouldGiveTheSame(model).Proto.OpsetImport.Select(import => (import.Domain, import.Version)).ShouldBe([("", 13), ("com.microsoft", 1)]);
    }

    [SharedDataFact]
    public void Real_models_give_the_same()
    {
        List<string> same = [];
        foreach (var file in SharedData.Models())
        {
            if (Loaded(file) is not { } model)
            {
                continue;
            }

            if (model.Opset >= 13)
            {
                OpsetRaiser.Raise(model, new Dictionary<string, long[]>()).ShouldBeSameAs(model);
            }
            else if (Runs(model, free: 2) || Runs(model, free: 1))
            {
                same.Add(file);
            }
        }

        // All of real and mnist with an old opset, and what ONNX Runtime runs of edge on such inputs.
        same.Count(file => !file.StartsWith("edge", StringComparison.Ordinal)).ShouldBe(14);
        same.Count.ShouldBe(27, string.Join('\n', same));
    }

    private static OnnxModel? Loaded(string file)
    {
        try
        {
            return OnnxModel.Load(SharedData.Path(file));
        }
        catch (DiagnosticException)
        {
            return null;
        }
    }

    private bool Runs(OnnxModel model, int free)
    {
        try
        {
            Engine.ShouldGiveTheSame(model, free: free);
            return true;
        }
        catch (DiagnosticException exception) when (exception.Diagnostic.Code != ModelCodes.CannotRaise)
        {
            // ONNX Runtime refuses the model, or cannot run it on such inputs.
            return false;
        }
    }
}
