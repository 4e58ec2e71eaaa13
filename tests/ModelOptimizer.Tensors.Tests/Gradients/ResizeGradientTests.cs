using static ModelOptimizer.Onnx.Writing.GraphWriter;
using static ModelOptimizer.Tensors.Tests.Gradients.GradientInput;

namespace ModelOptimizer.Tensors.Tests.Gradients;

public sealed class ResizeGradientTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly GradientInput Nothing = Of() with { Absent = true };
    private static readonly GradientInput Scales = Of(4) with { Values = [1, 1, 2, 3], IsFixed = true };

    private static readonly GradientCase[] Cases =
    [
        new("Upsample", Of(2, 3, 4, 5), Scales) { Opset = 9 },
        new("Resize", Of(2, 3, 4, 5), Scales) { Opset = 10 },
        new("Resize", Of(2, 3, 4, 5), Nothing, Scales) { Opset = 13 },
        new("Resize", Of(2, 3, 4, 5), Nothing, Scales)
        {
            Attributes = [Attribute("coordinate_transformation_mode", "asymmetric"), Attribute("nearest_mode", "floor")],
        },
        new("Resize", Of(2, 3, 4, 5), Nothing, Nothing, Ints(2, 3, 8, 5)) { Opset = 19 },
    ];

    public static TheoryData<string> Names => [.. Cases.Select(test => test.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_agree_with_differences(string name) => GradientCheck.Run(fixture.Engine, Cases.Single(test => test.ToString() == name));
}
