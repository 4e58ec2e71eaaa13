using static ModelOptimizer.Onnx.Writing.GraphWriter;
using static ModelOptimizer.Tensors.Tests.Gradients.GradientInput;

namespace ModelOptimizer.Tensors.Tests.Gradients;

public sealed class MatrixGradientTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly GradientCase[] Cases =
    [
        new("Gemm", Of(3, 4), Of(4, 5)),
        new("Gemm", Of(3, 4), Of(4, 5), Of(5)),
        new("Gemm", Of(3, 4), Of(4, 5), Of(5)) { Opset = 9 },
        new("Gemm", Of(3, 4), Of(4, 5), Of(3, 1)) { Attributes = [Attribute("alpha", 0.5f), Attribute("beta", -2f)] },
        new("Gemm", Of(3, 4), Of(4, 5), Of()) { Attributes = [Attribute("beta", 3f)] },
        new("Gemm", Of(4, 3), Of(4, 5), Of(3, 5)) { Attributes = [Attribute("transA", 1L), Attribute("alpha", 2f)] },
        new("Gemm", Of(3, 4), Of(5, 4), Of(1, 5)) { Attributes = [Attribute("transB", 1L), Attribute("alpha", 2f)] },
        new("Gemm", Of(4, 3), Of(5, 4)) { Attributes = [Attribute("transA", 1L), Attribute("transB", 1L)] },
        new("MatMul", Of(3, 4), Of(4, 5)),
        new("MatMul", Of(3, 4), Of(4, 5)) { Opset = 9 },
        new("MatMul", Of(2, 3, 4), Of(4, 5)),
        new("MatMul", Of(2, 3, 4), Of(2, 4, 5)),
        new("MatMul", Of(3, 4), Of(2, 4, 5)),
        new("MatMul", Of(2, 1, 3, 4), Of(3, 4, 2)),
        new("MatMul", Of(1, 3, 4), Of(3, 4, 2)) { Opset = 9 },
        new("MatMul", Of(1, 3, 4), Of(4, 2)),
        new("MatMul", Of(4), Of(4)),
        new("MatMul", Of(4), Of(4, 5)),
        new("MatMul", Of(3, 4), Of(4)),
        new("MatMul", Of(2, 3, 4), Of(4)),
        new("MatMul", Of(4), Of(2, 4, 3)),
    ];

    public static TheoryData<string> Names => [.. Cases.Select(test => test.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_agree_with_differences(string name) => GradientCheck.Run(fixture.Engine, Cases.Single(test => test.ToString() == name));
}
