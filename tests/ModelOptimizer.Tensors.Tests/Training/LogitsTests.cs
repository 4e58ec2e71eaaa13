using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Training;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Tests.Training;

public sealed class LogitsTests
{
    [Theory]
    [InlineData("Softmax", -1, "x")]
    [InlineData("Softmax", 1, "x")]
    [InlineData("LogSoftmax", -1, "x")]
    [InlineData("Softmax", 0, "y")]
    [InlineData("LogSoftmax", 0, "y")]
    public void Only_a_softmax_over_the_last_axis_is_taken_off(string op, long axis, string expected)
    {
        var graph = Graph();
        graph.NodeTo("y", op, ["x"], GraphWriter.Attribute("axis", axis));

        Find(graph).ShouldBe(expected);
    }

    [Fact]
    public void The_default_axis_is_that_of_the_models_version()
    {
        var graph = Graph();
        graph.Model.Proto.OpsetImport[0].Version = 12;
        graph.NodeTo("y", "Softmax", ["x"]);

        Find(graph).ShouldBe("x");
    }

    [Fact]
    public void A_copy_behind_the_softmax_does_not_hide_it()
    {
        var graph = Graph();
        graph.NodeTo("p", "Softmax", ["x"]);
        graph.NodeTo("y", "Identity", ["p"]);

        Find(graph).ShouldBe("x");
    }

    [Fact]
    public void Any_other_output_is_what_it_is()
    {
        var graph = Graph();
        graph.NodeTo("p", "Sigmoid", ["x"]);
        graph.NodeTo("y", "Identity", ["p"]);

        Find(graph).ShouldBe("y");
    }

    private static GraphWriter Graph()
    {
        var graph = new GraphWriter();
        graph.Input("x", DataType.Float, -1, 4);
        return graph;
    }

    private static string Find(GraphWriter graph) =>
        Logits.Of(
            graph.Model,
            "y",
            new Dictionary<string, long[]>
            {
                ["x"] = [1, 4],
                ["p"] = [1, 4],
                ["y"] = [1, 4],
            }
        );
}
