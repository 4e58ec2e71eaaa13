using static ModelOptimizer.Onnx.Writing.GraphWriter;
using static ModelOptimizer.Tensors.Tests.Gradients.GradientInput;

namespace ModelOptimizer.Tensors.Tests.Gradients;

public sealed class NormalisationGradientTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly GradientCase[] Cases =
    [
        new("LayerNormalization", Of(3, 5), Of(5)),
        new("LayerNormalization", Of(2, 3, 5), Of(5), Of(5)),
        new("LayerNormalization", Of(2, 3, 5), Of(5), Of(5)) { Opset = 21 },
        new("LayerNormalization", Of(2, 3, 5), Of(3, 5), Of(3, 5)) { Attributes = [Attribute("axis", 1L), Attribute("epsilon", 0.1f)] },
        new("LayerNormalization", Of(2, 3, 5), Of(2, 3, 5), Of(2, 3, 5)) { Attributes = [Attribute("axis", -3L)] },
        new("LayerNormalization", Of(2, 3, 5) with { IsFixed = true }, Of(5), Of(5)) { Note = "scale and bias only" },
        new("BatchNormalization", Of(3, 4, 2, 3), Of(4), Of(4), Of(4), Positive(4)),
        new("BatchNormalization", Of(3, 4, 2, 3), Of(4), Of(4), Of(4), Positive(4)) { Opset = 9 },
        new("BatchNormalization", Of(3, 4, 5), Of(4), Of(4), Fixed(4), Fixed(4)) { Attributes = [Attribute("epsilon", 0.1f)] },
        new("BatchNormalization", Of(3, 4), Of(4) with { IsFixed = true }, Of(4), Fixed(4), Fixed(4)) { Note = "fixed scale" },
        new("BatchNormalization", Of(3, 4, 2, 3), Of(4), Of(4), Fixed(4), Fixed(4)) { Attributes = [Attribute("training_mode", 1L)], Outputs = 3 },
        new("InstanceNormalization", Of(2, 3, 4, 5), Of(3), Of(3)),
        new("InstanceNormalization", Of(2, 3, 6), Of(3), Of(3)) { Attributes = [Attribute("epsilon", 0.1f)], Opset = 9 },
    ];

    public static TheoryData<string> Names => [.. Cases.Select(test => test.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_agree_with_differences(string name) => GradientCheck.Run(fixture.Engine, Cases.Single(test => test.ToString() == name));

    private static GradientInput Positive(long channels) => Of(channels) with { Positive = true };

    private static GradientInput Fixed(long channels) => Positive(channels) with { IsFixed = true };
}
