using static ModelOptimizer.Onnx.Proto.TensorProto.Types;
using static ModelOptimizer.Onnx.Writing.GraphWriter;
using static ModelOptimizer.Tensors.Tests.Gradients.GradientInput;

namespace ModelOptimizer.Tensors.Tests.Gradients;

public sealed class SelectionGradientTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly GradientCase[] Cases =
    [
        new("Slice", Of(5, 4), Ints(1), Ints(4)),
        new("Slice", Of(5, 4), Ints(1, 0), Ints(-1, 1000), Ints(-1, 0)) { Note = "negative axis" },
        new("Slice", Of(5, 7), Ints(0, 1), Ints(5, 7), Ints(0, 1), Ints(2, 3)) { Note = "strided" },
        new("Slice", Of(2, 7), Ints(1), Ints(6), Ints(1), Ints(2)) { Note = "strided", Opset = 10 },
        new("Slice", Of(2, 7), Ints(-1), Ints(-1000), Ints(1), Ints(-1)) { Note = "reversed" },
        new("Slice", Of(5, 7), Ints(5, 1000), Ints(0, -1000), Ints(1, 0), Ints(-2, -3)) { Note = "reversed and strided" },
        new("Slice", Of(5, 7), Ints(3, 1), Ints(0, 6), None, Ints(-1, 4)) { Note = "no axes", Opset = 13 },
        new("Slice", Of(5, 4)) { Attributes = [Attribute("starts", [1, -3]), Attribute("ends", [4, 1000])], Opset = 9 },
        new("Slice", Of(5, 4)) { Attributes = [Attribute("starts", [1]), Attribute("ends", [3]), Attribute("axes", [1])], Opset = 9 },
        new("Gather", Of(4, 3), Ints(0, 2, 2, 1, 2)),
        new("Gather", Of(4, 3), Ints(0, 2, 2, 1, 2)) { Opset = 9 },
        new("Gather", Of(2, 4, 3), IntsOf([2, 2], -1, 0, 3, -4)) { Attributes = [Attribute("axis", 1L)] },
        new("Gather", Of(2, 4, 3), IntsOf([2, 2], -1, 0, 3, -4)) { Attributes = [Attribute("axis", 1L)], Opset = 11 },
        new("Gather", Of(2, 4), IntsOf([1, 3], 1, 1, 1) with { IntegerType = DataType.Int32 }) { Attributes = [Attribute("axis", -1L)] },
        new("Gather", Of(2, 4), IntsOf([1, 3], 1, 1, 1) with { IntegerType = DataType.Int32 }) { Attributes = [Attribute("axis", -1L)], Opset = 15 },
        new("Gather", Of(2, 4, 3), IntsOf([], -1)) { Attributes = [Attribute("axis", 1L)], Note = "one" },
        new("Gather", Of(2, 4, 3), IntsOf([], 1)) { Attributes = [Attribute("axis", 1L)], Note = "one", Opset = 9 },
        new("Gather", Of(5), IntsOf([], 2)) { Note = "a scalar" },
        new("Gather", Of(600, 2), Ints(0, 599, 599, -1, 300)) { Note = "many rows" },
        new("Gather", Of(600, 2), Ints(0, 599, 599, -1, 300)) { Note = "many rows", Opset = 15 },
        new("Gather", Of(2, 600, 1), IntsOf([2, 2], 0, 7, 7, 300) with { IntegerType = DataType.Int32 }) { Attributes = [Attribute("axis", 1L)] },
        new("ScatterND", Of(4, 3), IntsOf([2, 1], 3, 1), Of(2, 3)) { Note = "rows" },
        new("ScatterND", Of(4, 3), IntsOf([2, 2], 3, 1, 0, -1), Of(2)) { Opset = 13 },
        new("ScatterND", Of(4, 3), IntsOf([1, 2, 1], 2, 0), Of(1, 2, 3)) { Opset = 11 },
        new("ScatterND", Of(4, 3), IntsOf([3, 1], 3, 1, 3), Of(3, 3)) { Attributes = [Attribute("reduction", "add")], Opset = 18 },
        new("ScatterND", Fixed(4, 3), IntsOf([2, 1], 3, 1), Of(2, 3)) { Note = "updates" },
        new("ScatterND", Of(4, 3), IntsOf([2, 1], 3, 1), Fixed(2, 3)) { Note = "data" },
        new("Pad", Of(2, 3), Ints(1, 0, 0, 2)),
        new("Pad", Of(2, 3), Ints(1, 0, 0, 2), new GradientInput([]) { Values = [0.5] }) { Note = "trained filling" },
        new("Pad", Of(3, 4), Ints(1, -1, 0, -1)) { Note = "cut" },
        new("Pad", Of(2, 3, 2), Ints(1, 2), None, Ints(-2)) { Note = "axes", Opset = 18 },
        new("Pad", Of(2, 3)) { Attributes = [Attribute("pads", [1, 0, 0, 2])], Opset = 9 },
        new("Pad", Of(2, 5, 4), Ints(0, 2, 1, 0, 3, 2)) { Attributes = [Attribute("mode", "reflect")] },
        new("Pad", Of(2, 5, 4)) { Attributes = [Attribute("mode", "reflect"), Attribute("pads", [0, 2, 1, 0, 3, 2])], Opset = 9 },
        new("Pad", Of(3, 4), Ints(1, 2, 0, 3)) { Attributes = [Attribute("mode", "edge")] },
        new("Pad", Of(3, 4), Ints(1, 2, 0, 3)) { Attributes = [Attribute("mode", "wrap")], Opset = 19 },
        new("Slice", Of(5, 7), Ints(5, 1000), Ints(0, -1000), Ints(1, 0), Ints(-2, -3)) { Opset = 21 },
        new("Slice", Of(3, 4), Ints(0), Ints(4), Ints(1)) { Note = "everything" },
        new("Gather", Of(2, 4, 3), IntsOf([2, 2], -1, 0, 3, -4)) { Attributes = [Attribute("axis", 1L)], Opset = 21 },
        new("Pad", Of(2, 3), Ints(1, 0, 0, 2)) { Opset = 21 },
        new("Pad", Of(2, 3), Ints(1, 0, 0, 2)) { Opset = 11 },
    ];

    public static TheoryData<string> Names => [.. Cases.Select(test => test.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_agree_with_differences(string name) => GradientCheck.Run(fixture.Engine, Cases.Single(test => test.ToString() == name));
}
