using static ModelOptimizer.Onnx.Writing.GraphWriter;
using static ModelOptimizer.Tensors.Tests.Gradients.GradientInput;

namespace ModelOptimizer.Tensors.Tests.Gradients;

public sealed class ArrangementGradientTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly GradientCase[] Cases =
    [
        new("Reshape", Of(2, 3, 4), Ints(4, 6)),
        new("Reshape", Of(2, 3, 4), Ints(0, -1)) { Opset = 9 },
        new("Reshape", Of(1, 1), Ints()) { Note = "to a scalar" },
        new("Flatten", Of(2, 3, 4)),
        new("Flatten", Of(2, 3, 4)) { Attributes = [Attribute("axis", 0L)], Opset = 9 },
        new("Flatten", Of(2, 3, 4)) { Attributes = [Attribute("axis", -1L)] },
        new("Transpose", Of(2, 3, 4)),
        new("Transpose", Of(2, 3, 4)) { Attributes = [Attribute("perm", [2, 0, 1])] },
        new("Transpose", Of(2, 3, 4, 2)) { Attributes = [Attribute("perm", [0, 3, 1, 2])], Opset = 9 },
        new("Squeeze", Of(1, 3, 1, 2)),
        new("Squeeze", Of(1, 3, 1, 2), Ints(-2)),
        new("Squeeze", Of(1, 3, 1, 2)) { Attributes = [Attribute("axes", [0])], Opset = 9 },
        new("Unsqueeze", Of(2, 3), Ints(0, -1)),
        new("Unsqueeze", Of(2, 3)) { Attributes = [Attribute("axes", [1])], Opset = 9 },
        new("Unsqueeze", Of(), Ints(0)) { Note = "a scalar" },
        new("Expand", Of(3, 1), Ints(2, 1, 4)),
        new("Expand", Of(3, 1), Ints(1)) { Note = "not at all" },
        new("Expand", Of(), Ints(2, 2)) { Opset = 9 },
        new("Concat", Of(2, 3), Of(2, 1), Of(2, 2)) { Attributes = [Attribute("axis", 1L)] },
        new("Concat", Of(2, 3), Of(1, 3)) { Attributes = [Attribute("axis", -2L)] },
        new("Concat", Of(2, 3), Fixed(2, 2), Of(2, 1)) { Attributes = [Attribute("axis", 1L)], Opset = 9 },
        new("Split", Of(6, 2)) { Outputs = 3, LossOutputs = [0, 1, 2] },
        new("Split", Of(6, 2), Ints(1, 3, 2)) { Outputs = 3, LossOutputs = [0, 2], Note = "one unused" },
        new("Split", Of(2, 6), Ints(1, 3, 2)) { Attributes = [Attribute("axis", -1L)], Outputs = 3, LossOutputs = [1], Note = "one used" },
        new("Split", Of(2, 5)) { Attributes = [Attribute("axis", 1L), Attribute("num_outputs", 2L)], Outputs = 2, LossOutputs = [0, 1], Opset = 18 },
        new("Split", Of(2, 5)) { Attributes = [Attribute("axis", 1L), Attribute("split", [2, 3])], Outputs = 2, LossOutputs = [0, 1], Opset = 11 },
        new("Split", Of(2, 5)) { Attributes = [Attribute("axis", 1L), Attribute("split", [2, 3])], Outputs = 2, LossOutputs = [1], Opset = 9 },
        new("DepthToSpace", Of(2, 12, 3, 2)) { Attributes = [Attribute("blocksize", 2L)] },
        new("DepthToSpace", Of(2, 12, 3, 2)) { Attributes = [Attribute("blocksize", 2L)], Opset = 9 },
        new("DepthToSpace", Of(2, 12, 3, 2)) { Attributes = [Attribute("blocksize", 2L), Attribute("mode", "CRD")] },
        new("SpaceToDepth", Of(2, 3, 4, 6)) { Attributes = [Attribute("blocksize", 2L)] },
        new("Reshape", Of(2, 3, 4), Ints(4, 6)) { Opset = 21 },
        new("Squeeze", Of(1, 3, 1, 2)) { Opset = 21 },
        new("Concat", Of(2, 3), Of(2, 1)) { Attributes = [Attribute("axis", 1L)], Opset = 21 },
        new("Split", Of(6, 2), Ints(1, 3, 2)) { Outputs = 3, LossOutputs = [0, 2], Opset = 21 },
        new("Split", Of(6, 2)) { Attributes = [Attribute("num_outputs", 3L)], Outputs = 3, LossOutputs = [2], Opset = 21 },
    ];

    public static TheoryData<string> Names => [.. Cases.Select(test => test.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_agree_with_differences(string name) => GradientCheck.Run(fixture.Engine, Cases.Single(test => test.ToString() == name));
}
