using static ModelOptimizer.Tensors.Tests.Gradients.GradientInput;

namespace ModelOptimizer.Tensors.Tests.Gradients;

public sealed class ElementwiseGradientTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly GradientCase[] Cases =
    [
        new("Add", Of(2, 3), Of(2, 3)),
        new("Add", Of(2, 3, 4), Of(3, 1)),
        new("Add", Of(3, 1), Of(2, 3, 4)),
        new("Add", Of(4), Of()),
        new("Mul", Of(2, 3, 4), Of(3, 1)),
        new("Relu", Of(3, 5)),
        new("Relu", Of(3, 5)) { Opset = 9 },
    ];

    public static TheoryData<string> Names => [.. Cases.Select(test => test.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_agree_with_differences(string name) => GradientCheck.Run(fixture.Engine, Cases.Single(test => test.ToString() == name));
}
