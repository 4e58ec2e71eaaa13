using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Gradients;
using ModelOptimizer.Testing;
using static ModelOptimizer.Onnx.Writing.GraphWriter;
using static ModelOptimizer.Tensors.Tests.Gradients.GradientInput;

namespace ModelOptimizer.Tensors.Tests.Gradients;

public sealed class RecurrentGradientTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    // Five steps, two samples, three inputs, two units.
    private static readonly AttributeProto Units = Attribute("hidden_size", 2L);
    private static readonly AttributeProto Both = Attribute("direction", "bidirectional");
    private static readonly AttributeProto Back = Attribute("direction", "reverse");
    private static readonly GradientInput X = Of(5, 2, 3);

    private static readonly GradientCase[] Cases =
    [
        new("LSTM", X, Of(1, 8, 3), Of(1, 8, 2)) { Attributes = [Units] },
        new("LSTM", X, Of(1, 8, 3), Of(1, 8, 2), Of(1, 16)) { Attributes = [Units], Outputs = 3, LossOutputs = [0, 1, 2] },
        new("LSTM", X, Of(1, 8, 3), Of(1, 8, 2), Of(1, 16)) { Attributes = [Units], Outputs = 3, LossOutputs = [2], Opset = 9 },
        new("LSTM", X, Of(1, 8, 3), Of(1, 8, 2), Of(1, 16), None, Of(1, 2, 2), Of(1, 2, 2)) { Attributes = [Units, Back], Outputs = 2, LossOutputs = [1] },
        new("LSTM", X, Of(2, 8, 3), Of(2, 8, 2), Of(2, 16), None, Of(2, 2, 2), Of(2, 2, 2), Of(2, 6)) { Attributes = [Units, Both], Outputs = 3, LossOutputs = [0, 2] },
        new("LSTM", Of(1, 2, 3), Of(1, 8, 3), Of(1, 8, 2), None, None, Of(1, 2, 2), Of(1, 2, 2)) { Attributes = [Units], Note = "one step" },
        new("LSTM", X, Of(2, 8, 3), Of(2, 8, 2)) { Attributes = [Units, Both], Opset = 21 },
        new("GRU", X, Of(1, 6, 3), Of(1, 6, 2)) { Attributes = [Units] },
        new("GRU", X, Of(1, 6, 3), Of(1, 6, 2), Of(1, 12)) { Attributes = [Units], Outputs = 2, LossOutputs = [0, 1] },
        new("GRU", X, Of(1, 6, 3), Of(1, 6, 2), Of(1, 12), None, Of(1, 2, 2)) { Attributes = [Units, Attribute("linear_before_reset", 1L)], Opset = 9 },
        new("GRU", X, Of(1, 6, 3), Of(1, 6, 2), Of(1, 12)) { Attributes = [Units, Back], Outputs = 2, LossOutputs = [1] },
        new("GRU", X, Of(2, 6, 3), Of(2, 6, 2), Of(2, 12), None, Of(2, 2, 2)) { Attributes = [Units, Both, Attribute("linear_before_reset", 1L)], Opset = 21 },
        new("GRU", Of(1, 2, 3), Of(1, 6, 3), Of(1, 6, 2), None, None, Of(1, 2, 2)) { Attributes = [Units], Note = "one step" },
    ];

    public static TheoryData<string> Names => [.. Cases.Select(test => test.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_agree_with_differences(string name) => GradientCheck.Run(fixture.Engine, Cases.Single(test => test.ToString() == name));

    [Theory]
    [InlineData("LSTM", 4, "forward")]
    [InlineData("LSTM", 4, "bidirectional")]
    [InlineData("GRU", 3, "reverse")]
    [InlineData("GRU", 3, "bidirectional")]
    public void What_is_written_out_computes_what_the_runtime_does(string op, int gates, string direction)
    {
        var directions = direction == "bidirectional" ? 2 : 1;
        string[] outputs = op == "LSTM" ? ["y", "h", "c"] : ["y", "h"];
        var model = new GraphBuilder().Input("x", [7, 3, 5])
            .Random("w", [directions, gates * 4, 5]).Random("r", [directions, gates * 4, 4]).Random("b", [directions, 2 * gates * 4])
            .Node(op, ["x", "w", "r", "b"], outputs, ("hidden_size", 4), ("direction", direction))
            .Output("y").Output("h").Build();
        var written = model.Clone();

        RecurrentCells.WriteOut(fixture.Engine, new GraphWriter(written));

        written.Graph.Node.ShouldAllBe(node => node.OpType != op);
        using var expected = fixture.Engine.CreateSession(model);
        using var found = fixture.Engine.CreateSession(written);
        var inputs = new Dictionary<string, Data.HostTensor>
        {
            ["x"] = Data.HostTensor.From<float>(TensorProto.Types.DataType.Float, [7, 3, 5], Array.ConvertAll(GraphBuilder.Normal([7, 3, 5], 1, 3), value => (float)value)),
        };
        foreach (var (name, value) in expected.Run(inputs))
        {
            found.Run(inputs)[name].Doubles().Zip(value.Doubles(), (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-5, name);
        }
    }

    [Fact]
    public void Cells_with_other_activations_stay_as_they_are()
    {
        var model = new GraphBuilder().Input("x", [3, 1, 2]).Random("w", [1, 8, 2]).Random("r", [1, 8, 2])
            .Node("LSTM", ["x", "w", "r"], ["y"], ("hidden_size", 2), ("clip", 3f)).Output("y").Build();
        var before = model.ToBytes();

        RecurrentCells.WriteOut(fixture.Engine, new GraphWriter(model));

        model.ToBytes().ShouldBe(before);
    }
}
