using ModelOptimizer.Diagnostics;
using static ModelOptimizer.Onnx.Writing.GraphWriter;
using static ModelOptimizer.Tensors.Tests.Gradients.GradientInput;

namespace ModelOptimizer.Tensors.Tests.Gradients;

public sealed class EinsumGradientTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly GradientCase[] Cases =
    [
        Equation("ij,jk->ik", Of(2, 3), Of(3, 4)),
        Equation("bij,bjk->bik", Of(2, 3, 4), Of(2, 4, 5)),
        Equation("bhqd,bhkd->bhqk", Of(2, 2, 3, 4), Of(2, 2, 5, 4)),
        Equation("bhqk,bkhd->bqhd", Of(2, 2, 3, 4), Of(2, 4, 2, 3)),
        Equation("bij,kj->bik", Of(2, 3, 4), Of(5, 4)),
        Equation("i,j->ij", Of(3), Of(4)),
        Equation("ij,ij->", Of(3, 4), Of(3, 4)),
        Equation("ij,ij", Of(3, 4), Of(3, 4)),
        Equation("ij,jk", Of(3, 4), Of(4, 2)),
        Equation("ijk,jl->il", Of(2, 3, 4), Of(3, 5)),
        Equation("...ij,...jk->...ik", Of(2, 2, 3), Of(2, 3, 4)),
        Equation("...ij,...jk->...ik", Of(3, 1, 2, 3), Of(3, 2, 3, 4)),
        Equation("...ij,jk->...ik", Of(2, 2, 2, 3), Of(3, 4)),
        Equation("ij->ji", Of(3, 4)),
        Equation("ijk->ik", Of(2, 3, 4)),
        Equation("ij->", Of(3, 4)),
        Equation("ij,jk,kl->il", Of(2, 3), Of(3, 4), Of(4, 2)),
    ];

    public static TheoryData<string> Names => [.. Cases.Select(test => test.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_agree_with_differences(string name) => GradientCheck.Run(fixture.Engine, Cases.Single(test => test.ToString() == name));

    [Fact]
    public void An_operand_with_one_index_twice_is_an_error() =>
        Should.Throw<DiagnosticException>(() => GradientCheck.Run(fixture.Engine, Equation("ii->i", Of(3, 3)))).Message.ShouldContain("one index twice");

    private static GradientCase Equation(string equation, params GradientInput[] inputs) =>
        new("Einsum", inputs) { Attributes = [Attribute("equation", equation)], Note = equation };
}
