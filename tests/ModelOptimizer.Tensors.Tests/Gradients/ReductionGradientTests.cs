using static ModelOptimizer.Onnx.Writing.GraphWriter;
using static ModelOptimizer.Tensors.Tests.Gradients.GradientInput;

namespace ModelOptimizer.Tensors.Tests.Gradients;

public sealed class ReductionGradientTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly GradientCase[] Cases =
    [
        new("ReduceSum", Of(2, 3, 4)),
        new("ReduceSum", Of(2, 3, 4)) { Attributes = [Attribute("keepdims", 0L)] },
        new("ReduceSum", Of(2, 3, 4), Ints(1)) { Opset = 21 },
        new("ReduceSum", Of(2, 3, 4), Ints(-1, 0)) { Attributes = [Attribute("keepdims", 0L)], Opset = 21 },
        new("ReduceSum", Of(2, 3, 4), Ints()) { Opset = 21, Note = "all" },
        new("ReduceSum", Of(2, 3, 4)) { Attributes = [Attribute("noop_with_empty_axes", 1L)], Opset = 21 },
        new("ReduceSum", Of(2, 3, 4)) { Attributes = [Attribute("axes", [1, 2])], Opset = 9 },
        new("ReduceSum", Of(2, 3, 4)) { Attributes = [Attribute("axes", [-2]), Attribute("keepdims", 0L)], Opset = 11 },
        new("ReduceMean", Of(2, 3, 4)),
        new("ReduceMean", Of(2, 3, 4)) { Attributes = [Attribute("keepdims", 0L)] },
        new("ReduceMean", Of(2, 3, 4), Ints(1)) { Opset = 21 },
        new("ReduceMean", Of(2, 3, 4), Ints(-1, 0)) { Attributes = [Attribute("keepdims", 0L)], Opset = 21 },
        new("ReduceMean", Of(2, 3, 4), Ints()) { Opset = 21, Note = "all" },
        new("ReduceMean", Of(2, 3, 4)) { Attributes = [Attribute("noop_with_empty_axes", 1L)], Opset = 21 },
        new("ReduceMean", Of(2, 3, 4)) { Attributes = [Attribute("axes", [1, 2])], Opset = 9 },
        new("ReduceMean", Of(2, 3, 4)) { Attributes = [Attribute("axes", [-2]), Attribute("keepdims", 0L)], Opset = 11 },
        new("ReduceMean", Of(2, 3, 4)) { Attributes = [Attribute("axes", [-1, 0])], Opset = 17 },
        new("ReduceMax", Of(2, 3, 4)),
        new("ReduceMax", Of(2, 3, 4)) { Attributes = [Attribute("keepdims", 0L)] },
        new("ReduceMax", Of(2, 3, 4), Ints(1)) { Opset = 21 },
        new("ReduceMax", Of(2, 3, 4), Ints(-1, 0)) { Attributes = [Attribute("keepdims", 0L)], Opset = 21 },
        new("ReduceMax", Of(2, 3, 4), Ints()) { Opset = 21, Note = "all" },
        new("ReduceMax", Of(2, 3, 4)) { Attributes = [Attribute("noop_with_empty_axes", 1L)], Opset = 21 },
        new("ReduceMax", Of(2, 3, 4)) { Attributes = [Attribute("axes", [1, 2])], Opset = 9 },
        new("ReduceMax", Of(2, 3, 4)) { Attributes = [Attribute("axes", [-2]), Attribute("keepdims", 0L)], Opset = 11 },
        new("ReduceMax", Of(2, 3, 4)) { Attributes = [Attribute("axes", [-1, 0])], Opset = 17 },
        new("ReduceMin", Of(2, 3, 4)),
        new("ReduceMin", Of(2, 3, 4)) { Attributes = [Attribute("keepdims", 0L)] },
        new("ReduceMin", Of(2, 3, 4), Ints(1)) { Opset = 21 },
        new("ReduceMin", Of(2, 3, 4), Ints(-1, 0)) { Attributes = [Attribute("keepdims", 0L)], Opset = 21 },
        new("ReduceMin", Of(2, 3, 4), Ints()) { Opset = 21, Note = "all" },
        new("ReduceMin", Of(2, 3, 4)) { Attributes = [Attribute("noop_with_empty_axes", 1L)], Opset = 21 },
        new("ReduceMin", Of(2, 3, 4)) { Attributes = [Attribute("axes", [1, 2])], Opset = 9 },
        new("ReduceMin", Of(2, 3, 4)) { Attributes = [Attribute("axes", [-2]), Attribute("keepdims", 0L)], Opset = 11 },
        new("ReduceMin", Of(2, 3, 4)) { Attributes = [Attribute("axes", [-1, 0])], Opset = 17 },
        new("ReduceL2", Of(2, 3, 4)),
        new("ReduceL2", Of(2, 3, 4), Ints(-1, 0)) { Attributes = [Attribute("keepdims", 0L)], Opset = 21 },
        new("ReduceL2", Of(2, 3, 4), Ints(1)) { Opset = 18 },
        new("ReduceL2", Of(2, 3, 4)) { Attributes = [Attribute("noop_with_empty_axes", 1L)], Opset = 21 },
        new("ReduceL2", Of(2, 3, 4)) { Attributes = [Attribute("axes", [-2]), Attribute("keepdims", 0L)], Opset = 11 },
        new("ReduceL2", Of(2, 3, 4)) { Attributes = [Attribute("axes", [1, 2])], Opset = 9 },
        new("ReduceProd", Of(2, 3, 4)),
        new("ReduceProd", Of(2, 3, 4), Ints(-1, 0)) { Attributes = [Attribute("keepdims", 0L)], Opset = 21 },
        new("ReduceProd", Of(2, 3, 4), Ints(1)) { Opset = 18 },
        new("ReduceProd", Of(2, 3, 4)) { Attributes = [Attribute("noop_with_empty_axes", 1L)], Opset = 21 },
        new("ReduceProd", Of(2, 3, 4)) { Attributes = [Attribute("axes", [-2]), Attribute("keepdims", 0L)], Opset = 11 },
        new("ReduceProd", Of(2, 3, 4)) { Attributes = [Attribute("axes", [1, 2])], Opset = 9 },
        new("ReduceSumSquare", Of(2, 3, 4)),
        new("ReduceSumSquare", Of(2, 3, 4), Ints(-1, 0)) { Attributes = [Attribute("keepdims", 0L)], Opset = 21 },
        new("ReduceSumSquare", Of(2, 3, 4), Ints(1)) { Opset = 18 },
        new("ReduceSumSquare", Of(2, 3, 4)) { Attributes = [Attribute("noop_with_empty_axes", 1L)], Opset = 21 },
        new("ReduceSumSquare", Of(2, 3, 4)) { Attributes = [Attribute("axes", [-2]), Attribute("keepdims", 0L)], Opset = 11 },
        new("ReduceSumSquare", Of(2, 3, 4)) { Attributes = [Attribute("axes", [1, 2])], Opset = 9 },
        new("ReduceProd", Given(2, 0, -3, 0.5)) { Note = "a zero" },
        new("ReduceProd", new GradientInput([2, 3]) { Values = [2, 0, -3, 0, 4, 0] }) { Attributes = [Attribute("axes", [1])], Note = "zeros", Opset = 9 },
        new("ReduceMax", Given(1, 2, 2, -1)) { Note = "two equal" },
        new("ReduceMin", Given(1, 2, -2, -2)) { Note = "two equal", Opset = 9 },
    ];

    public static TheoryData<string> Names => [.. Cases.Select(test => test.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_agree_with_differences(string name) => GradientCheck.Run(fixture.Engine, Cases.Single(test => test.ToString() == name));
}
