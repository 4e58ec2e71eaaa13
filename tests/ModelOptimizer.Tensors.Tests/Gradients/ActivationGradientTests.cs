using static ModelOptimizer.Onnx.Writing.GraphWriter;
using static ModelOptimizer.Tensors.Tests.Gradients.GradientInput;

namespace ModelOptimizer.Tensors.Tests.Gradients;

public sealed class ActivationGradientTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly GradientCase[] Cases =
    [
        new("Relu", Of(3, 5)),
        new("Relu", Of(3, 5)) { Opset = 9 },
        new("LeakyRelu", Of(3, 5)),
        new("LeakyRelu", Of(3, 5)) { Attributes = [Attribute("alpha", 0.2f)], Opset = 9 },
        new("PRelu", Of(2, 3, 4), Of(3, 1)),
        new("PRelu", Of(2, 3, 4), Of(3, 1)) { Opset = 9 },
        new("PRelu", Of(2, 5), Of(1)),
        new("PRelu", Of(2, 5), Of(2, 5)),
        new("PRelu", Of(2, 5), Fixed(5)) { Note = "fixed slope" },
        new("Clip", Of(3, 5), Number(-1), Number(1)),
        new("Clip", Of(3, 5), None, Number(1)) { Note = "no minimum" },
        new("Clip", Of(3, 5), Number(-1)) { Note = "no maximum" },
        new("Clip", Of(3, 5)),
        new("Clip", Of(3, 5), new GradientInput([]) { Values = [-1] }, new GradientInput([]) { Values = [1] }) { Note = "trained bounds" },
        new("Clip", Of(3, 5)) { Attributes = [Attribute("min", -1f), Attribute("max", 1f)], Opset = 9 },
        new("Clip", Of(3, 5)) { Attributes = [Attribute("min", -1f)], Opset = 10 },
        new("Clip", Of(3, 5)) { Attributes = [Attribute("max", 1f)], Opset = 10 },
        new("Sigmoid", Of(3, 5)),
        new("Tanh", Of(3, 5)),
        new("Tanh", Of(3, 5)) { Opset = 9 },
        new("Gelu", Of(3, 5)) { Opset = 20 },
        new("Gelu", Of(3, 5)) { Attributes = [Attribute("approximate", "tanh")], Opset = 20 },
        new("Softplus", Of(3, 5)),
        new("Elu", Of(3, 5)),
        new("Elu", Of(3, 5)) { Attributes = [Attribute("alpha", 0.5f)], Opset = 9 },
        new("HardSigmoid", Of(3, 5)),
        new("HardSigmoid", Of(3, 5)) { Attributes = [Attribute("alpha", 0.5f), Attribute("beta", 0.6f)], Opset = 9 },
        new("HardSwish", Given(-4, -3.2, -2.8, -1, 0, 0.5, 2.9, 3.1, 5)),
        new("Softmax", Of(3, 5)),
        new("Softmax", Of(2, 3, 4)) { Attributes = [Attribute("axis", 1L)] },
        new("Softmax", Of(2, 3, 4)) { Attributes = [Attribute("axis", -3L)], Note = "first" },
        new("Softmax", Of(2, 3, 4)) { Opset = 9 },
        new("Softmax", Of(2, 3, 4)) { Attributes = [Attribute("axis", 2L)], Opset = 11 },
        new("Softmax", Of(2, 3, 4)) { Attributes = [Attribute("axis", -2L)], Opset = 12 },
        new("Softmax", Of(2, 3)) { Attributes = [Attribute("axis", 0L)], Opset = 12 },
        new("LogSoftmax", Of(3, 5)),
        new("LogSoftmax", Of(2, 3, 4)) { Attributes = [Attribute("axis", 1L)] },
        new("LogSoftmax", Of(2, 3, 4)) { Opset = 9 },
        new("LogSoftmax", Of(2, 3, 4)) { Attributes = [Attribute("axis", -1L)], Opset = 12 },
        new("PRelu", Of(2, 3, 4), Of(3, 1)) { Opset = 21 },
        new("Clip", Of(3, 5), Number(-1), Number(1)) { Opset = 21 },
        new("Clip", Of(3, 5), Number(-1), Number(1)) { Opset = 11 },
        new("Elu", Of(3, 5)) { Opset = 21 },
        new("HardSwish", Given(-4, -3.2, -2.8, -1, 0, 0.5, 2.9, 3.1, 5)) { Opset = 21 },
        new("Softmax", Of(2, 3, 4)) { Attributes = [Attribute("axis", 1L)], Opset = 21 },
        new("LogSoftmax", Of(2, 3, 4)) { Opset = 21 },
        new("Gelu", Of(3, 5)) { Opset = 21 },
    ];

    public static TheoryData<string> Names => [.. Cases.Select(test => test.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_agree_with_differences(string name) => GradientCheck.Run(fixture.Engine, Cases.Single(test => test.ToString() == name));
}
