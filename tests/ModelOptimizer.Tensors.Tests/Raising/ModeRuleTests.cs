using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Testing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Tensors.Tests.Raising;

public sealed class ModeRuleTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private Engine Engine => fixture.Engine;

    [Fact]
    public void BatchNormalization_of_channels_loses_what_says_so()
    {
        var graph = new GraphBuilder(7, 3).Input("x", [2, 3, 4, 4]).BatchNormalization("x", "y", 3).Output("y");
        graph.Proto.Graph.Node[0].Attribute.Add(GraphBuilder.Attribute("spatial", 1));

        Engine.ShouldGiveTheSame(graph.Build()).Only("BatchNormalization").Attribute.ShouldBeEmpty();
    }

    [Fact]
    public void BatchNormalization_of_places_is_that_of_channels_where_a_channel_has_one()
    {
        var graph = new GraphBuilder(7, 3).Input("x", [2, 3]).BatchNormalization("x", "y", 3).Output("y");
        graph.Proto.Graph.Node[0].Attribute.Add(GraphBuilder.Attribute("spatial", 0));
        Engine.ShouldGiveTheSame(graph.Build()).Only("BatchNormalization").Attribute.ShouldBeEmpty();

        var places = new GraphBuilder(7, 3).Input("x", [2, 3, 2]);
        string[] inputs = ["x", "s", "b", "m", "v"];
        inputs[1..].ToList().ForEach(name => places.Initializer(name, [3, 2], [1, 2, 3, 4, 5, 6]));
        Refusal(places.Node("BatchNormalization", inputs, ["y"], ("spatial", 0)).Output("y").Build())
            .ShouldContain("BatchNormalization 'y_node' (it has a mean and a variance for each place (spatial is 0))");
    }

    [Fact]
    public void BatchNormalization_was_told_that_it_tests()
    {
        OnnxModel Model(params (string Name, object Value)[] attributes)
        {
            var graph = new GraphBuilder(6, 3).Input("x", [1, 2]).Initializer("one", [2], [1, 1])
                .Initializer("zero", [2], [0, 0]).Initializer("v", [2], [4, 0.25]);
            return graph.Node("BatchNormalization", ["x", "one", "zero", "zero", "v"], ["y"], [("epsilon", 0.0), .. attributes]).Output("y").Build();
        }

        Engine.ShouldGive(Model(("is_test", 1)), [2, 3], [1, 6], 1e-6).Only("BatchNormalization").Attribute.Count.ShouldBe(1);
        Refusal(Model()).ShouldContain("BatchNormalization 'y_node' (it takes mean and variance from the batch (is_test is 0))");
    }

    [Theory]
    [InlineData("FLOAT16", (int)DataType.Float16)]
    [InlineData("double", (int)DataType.Double)]
    public void Cast_had_a_word_for_a_type(string word, int type)
    {
        OnnxModel Model(string to) => new GraphBuilder(5, 3).Input("x", [1]).Node("Cast", ["x"], ["y"], ("to", to)).Output("y", elementType: type).Build();

        Engine.ShouldGive(Model(word), [0.5f], [0.5]).Only("Cast").Int("to", 0).ShouldBe(type);
        Refusal(Model("QUATERNION")).ShouldContain("Cast 'y_node' (there is no type 'QUATERNION')");
    }

    [Fact]
    public void Concat_was_along_the_second_axis_where_it_did_not_say()
    {
        OnnxModel Model(int opset, params (string, object)[] attributes) =>
            new GraphBuilder(opset, 3).Input("x", [2, 1]).Node("Concat", ["x", "x"], ["y"], attributes).Output("y").Build();

        Engine.ShouldGive(Model(1), [1, 2], [1, 1, 2, 2]);
        Engine.ShouldGive(Model(1, ("axis", 0)), [1, 2], [1, 2, 1, 2]);
        Engine.ShouldGiveTheSame(Model(11, ("axis", -1)));
    }

    [Theory]
    [InlineData("LSTM", 4)]
    [InlineData("GRU", 3)]
    [InlineData("RNN", 1)]
    public void Recurrent_cells_give_all_steps_when_they_have_a_name(string op, int gates)
    {
        OnnxModel Model(int opset, params (string, object)[] attributes) => new GraphBuilder(opset, 3).Input("x", [5, 2, 3]).Random("w", [1, gates * 4, 3])
            .Random("r", [1, gates * 4, 4]).Node(op, ["x", "w", "r"], ["y", "h"], [("hidden_size", 4), .. attributes]).Output("y").Output("h").Build();

        Engine.ShouldGiveTheSame(Model(7)).Only(op).Attribute.Count.ShouldBe(1);
        Engine.ShouldBeRaised(Model(6, ("output_sequence", 1))).Proto.ShouldBe(Engine.ShouldBeRaised(Model(7)).Proto);
    }

    [Theory]
    [InlineData("LpPool")]
    [InlineData("GlobalLpPool")]
    public void The_power_of_a_pool_was_a_number(string op)
    {
        OnnxModel Model(int opset, params (string, object)[] attributes) => new GraphBuilder(opset, 3).Input("x", [1, 1, 2, 2])
            .Node(op, ["x"], ["y"], op == "LpPool" ? [("kernel_shape", new[] { 2, 2 }), .. attributes] : attributes).Output("y").Build();

        Engine.ShouldGive(Model(1, ("p", 2.0)), [1, 2, 2, 4], [5], 1e-6).Only(op).Int("p", 0).ShouldBe(2);
        Engine.ShouldGive(Model(1), [1, 2, 2, 4], [5], 1e-6);
        Engine.ShouldGiveTheSame(Model(7, ("p", 3)));
        Refusal(Model(1, ("p", 1.5))).ShouldContain($"{op} 'y_node' (its p is 1.5, which is no integer)");
    }

    [Fact]
    public void Selu_had_fewer_digits()
    {
        OnnxModel Model(int opset) => new GraphBuilder(opset, 3).Input("x", [2]).Node("Selu", ["x"], ["y"]).Output("y").Build();

        Engine.ShouldGive(Model(5), [1, -1], [1.0507, 1.0507 * 1.6732 * (Math.Exp(-1) - 1)], 1e-6);
        Engine.ShouldGiveTheSame(Model(7)).Only("Selu").Attribute.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(9)]
    [InlineData(10)]
    public void Scatter_has_another_name(int opset)
    {
        var model = new GraphBuilder(opset, 4).Input("x", [2, 3]).Integers("i", [1, 2], 2, 0).Initializer("u", [1, 2], [7, 8])
            .Node("Scatter", ["x", "i", "u"], ["y"], ("axis", 1)).Output("y").Build();

        Engine.ShouldGiveTheSame(model).Operators().ShouldBe(["ScatterElements"]);
    }

    [Fact]
    public void Scan_of_one_sequence_stays_and_that_of_a_batch_is_refused()
    {
        var body = new GraphBuilder().Input("s", [2]).Input("e", [2]).Node("Add", ["s", "e"], ["t"]).Node("Identity", ["t"], ["o"]).Output("t", [2])
            .Output("o", [2]).Build().Graph;
        var one = new GraphBuilder(9, 4).Input("i", [2]).Input("x", [3, 2]).Node("Scan", ["i", "x"], ["f", "y"], ("body", body), ("num_scan_inputs", 1));
        var batch = new GraphBuilder(8, 4).Input("i", [1, 2]).Input("x", [1, 3, 2]);

        Engine.ShouldGiveTheSame(one.Output("f").Output("y").Build());
        Refusal(batch.Node("Scan", ["", "i", "x"], ["f", "y"], ("body", body), ("num_scan_inputs", 1)).Output("f").Output("y").Build())
            .ShouldContain("Scan 'f_node' (it goes through a batch of sequences, which it no longer can)");
    }

    private string Refusal(OnnxModel model) => Should.Throw<DiagnosticException>(() => Engine.ShouldBeRaised(model)).Message;
}
