using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Validation;

public sealed class OnnxValidatorTests
{
    [Fact]
    public void A_graph_that_hangs_together_has_no_problems()
    {
        var inner = new GraphBuilder().Node("Add", ["h", "x"], ["i"]).Output("i").Build().Graph;
        var builder = new GraphBuilder()
            .Input("x", [1, 4])
            .MatMul("x", "h", 4, 4)
            .Node("If", ["h"], ["y"], ("then_branch", inner))
            .Node("Clip", ["y", "", "h"], ["z"])
            .Output("z");
        Check(builder).ShouldBeEmpty();
    }

    [Fact]
    public void A_tensor_that_is_read_before_it_is_made_is_a_problem() =>
        Check(new GraphBuilder().Input("x", [1]).Node("Relu", ["h"], ["y"]).Node("Relu", ["x"], ["h"]).Output("y"))
            .ShouldBe(["node 'y_node' (Relu) of the graph reads 'h', which nothing before it makes"]);

    [Fact]
    public void A_tensor_that_is_made_twice_is_a_problem() =>
        Check(new GraphBuilder().Input("x", [1]).Node("Relu", ["x"], ["y"]).Node("Neg", ["x"], ["y"]).Output("y"))
            .ShouldBe(["node 'y_node' (Neg) of the graph makes 'y', which exists already"]);

    [Theory]
    [InlineData("MatMul", 1, 1, 2)]
    [InlineData("Relu", 0, 1, 1)]
    [InlineData("LSTM", 2, 1, 3)]
    [InlineData("Loop", 0, 0, 0)]
    [InlineData("Constant", 0, 0, 0)]
    public void A_node_without_the_inputs_and_outputs_of_its_operator_is_a_problem(string op, int inputs, int outputs, int least)
    {
        var builder = new GraphBuilder().Input("x", [1]).Output("x");
        builder.Proto.Graph.Node.Add(new NodeProto { OpType = op, Name = "n", Input = { Enumerable.Repeat("x", inputs) }, Output = { Enumerable.Repeat("y", outputs) } });

        Check(builder).ShouldBe(
            [$"node 'n' ({op}) of the graph has {inputs} inputs and {outputs} outputs; the operator takes at least {least} and makes one"]);
        builder.Proto.Graph.Node[0].Domain = "my.own";
        Check(builder).ShouldBeEmpty();
    }

    [Fact]
    public void A_node_that_makes_an_input_or_an_initializer_is_a_problem() =>
        Check(new GraphBuilder().Input("x", [1]).Random("w", [1]).Node("Relu", ["x"], ["x"]).Node("Relu", ["x"], ["w"]).Output("x")).Count.ShouldBe(2);

    [Fact]
    public void An_initializer_that_is_given_twice_is_a_problem() =>
        Check(new GraphBuilder().Random("w", [1]).Random("w", [1]).Output("w")).ShouldBe(["'w' is an initializer of the graph 2 times"]);

    [Fact]
    public void Inputs_and_outputs_that_are_listed_twice_are_problems() =>
        Check(new GraphBuilder().Input("x", [1]).Input("x", [1]).Node("Relu", ["x"], ["y"]).Output("y").Output("y"))
            .ShouldBe(["'x' is an input of the graph 2 times", "'y' is an output of the graph 2 times"]);

    [Fact]
    public void A_model_with_a_problem_is_not_let_through()
    {
        var model = new GraphBuilder().Input("x", [1]).Output("y").Build();

        Should.Throw<DiagnosticException>(() => OnnxValidator.Require(model)).Diagnostic.Code.ShouldBe(ModelCodes.InvalidGraph);
    }

    [Fact]
    public void A_model_without_outputs_is_not_let_through() =>
        Should.Throw<DiagnosticException>(() => OnnxValidator.Require(new GraphBuilder().Input("x", [1]).Node("Relu", ["x"], ["y"]).Build()))
            .Diagnostic.Message.ShouldContain("the graph has no outputs");

    [Fact]
    public void An_output_that_nothing_makes_is_a_problem() =>
        Check(new GraphBuilder().Input("x", [1]).Output("y")).ShouldBe(["output 'y' of the graph is made by nothing"]);

    [Fact]
    public void Sub_graphs_see_only_what_was_made_before_their_node()
    {
        var inner = new GraphBuilder().Node("Identity", ["late"], ["i"]).Output("i").Build().Graph;
        Check(new GraphBuilder().Input("x", [1]).Node("If", ["x"], ["y"], ("then_branch", inner)).Node("Relu", ["x"], ["late"]).Output("y"))
            .ShouldBe(["node 'i_node' (Identity) of sub-graph 'graph' of node 'y_node' (If) reads 'late', which nothing before it makes"]);
    }

    [Fact]
    public void Functions_see_only_their_own_inputs()
    {
        var builder = new GraphBuilder().Input("x", [1]).Output("x");
        builder.Proto.Functions.Add(
            new FunctionProto
            {
                Name = "F",
                Input = { "a" },
                Output = { "f" },
                Node =
                {
                    new NodeProto
                    {
                        OpType = "Add",
                        Name = "n",
                        Input = { "a", "x" },
                        Output = { "f" },
                    },
                },
            }
        );
        Check(builder).ShouldBe(["node 'n' (Add) of function 'F' reads 'x', which nothing before it makes"]);
    }

    private static IReadOnlyList<string> Check(GraphBuilder builder) => OnnxValidator.Check(builder.Build());
}
