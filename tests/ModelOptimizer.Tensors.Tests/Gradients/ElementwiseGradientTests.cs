using static ModelOptimizer.Onnx.Proto.TensorProto.Types;
using static ModelOptimizer.Onnx.Writing.GraphWriter;
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
        new("Add", Of(3, 1), Of(1, 4)),
        new("Add", Of(3, 1), Of(1, 4)) { Opset = 9 },
        new("Sub", Of(2, 3), Of(2, 3)),
        new("Sub", Of(3, 1), Of(2, 1, 4)),
        new("Sub", Of(), Of(2, 3)),
        new("Sub", Of(2, 3), Of(1)) { Opset = 9 },
        new("Mul", Of(2, 3, 4), Of(3, 1)),
        new("Mul", Of(), Of(2, 2)),
        new("Mul", Of(), Of()),
        new("Mul", Of(2, 1, 3), Of(4, 1)),
        new("Mul", Of(2, 1, 3), Of(4, 1)) { Opset = 9 },
        new("Div", Of(2, 3), Positives(2, 3)),
        new("Div", Of(3), Of(2, 3)),
        new("Div", Of(3, 1), Of(1, 4)) { Opset = 9 },
        new("Div", Number(1), Of(2, 3)) { Note = "constant" },
        new("Div", Of(2, 3), Number(3)) { Note = "by a constant" },
        new("Sum", Of(2, 3), Of(3), Of(2, 1), Of()),
        new("Sum", Of(2, 1), Of(1, 3)) { Opset = 9 },
        new("Sum", Of(4)),
        new("Mean", Of(2, 3), Of(3), Of(2, 1)),
        new("Mean", Of(2, 3), Of(3)) { Opset = 9 },
        new("Neg", Of(2, 3)),
        new("Sqrt", Positives(2, 3)),
        new("Exp", Of(2, 3)),
        new("Log", Positives(2, 3)),
        new("Abs", Of(2, 5)),
        new("Reciprocal", Of(2, 5)),
        new("Erf", Of(3, 5)),
        new("Erf", Of(3, 5)) { Opset = 9 },
        new("Pow", Positives(2, 3), Of(2, 3)),
        new("Pow", Positives(3, 1), Of(2, 1, 4)) { Opset = 9 },
        new("Pow", Of(2, 4), Number(2)) { Note = "square" },
        new("Pow", Of(2, 4), Number(3)) { Note = "cube" },
        new("Pow", Of(2, 4), Number(1)) { Note = "itself" },
        new("Pow", Of(2, 4), Number(-2)) { Note = "negative" },
        new("Pow", Of(2, 4), Number(3)) { Note = "cube", Opset = 9 },
        new("Pow", Positives(2, 4), Number(0.5)) { Note = "root" },
        new("Pow", Of(2, 4), new GradientInput([]) { Integers = [3] }) { Note = "integer exponent" },
        new("Pow", Of(2, 3), Ints(2, 3, 4)) { Note = "integer exponents" },
        new("Pow", Of(3), new GradientInput([2, 1]) { Values = [2, 3], IsFixed = true }) { Note = "wider exponent" },
        new("Pow", Number(2), Of(2, 3)) { Note = "constant base" },
        new("Max", Of(2, 3), Of(2, 3)),
        new("Max", Of(3, 1), Of(2, 1, 4), Of(4)),
        new("Max", Fixed(3, 1), Of(2, 1, 4), Of(4)) { Note = "first not wanted" },
        new("Max", Of(2, 6), Number(0)) { Note = "last not wanted" },
        new("Max", Of(2, 3), Of(3)) { Opset = 9 },
        new("Max", Of(3)),
        new("Min", Of(2, 3), Of(2, 3)),
        new("Min", Of(3, 1), Of(2, 1, 4), Of(4)),
        new("Min", Of(2, 3), Of(3)) { Opset = 9 },
        new("Where", Truths([2, 3], 1, 0, 1, 1, 0, 0), Of(2, 3), Of(2, 3)),
        new("Where", Truths([2, 1], 1, 0), Of(3), Of()),
        new("Where", Truths([2, 1], 1, 0), Of(3), Of(1, 3)) { Opset = 9 },
        new("Where", Truths([3], 1, 0, 1), Of(2, 1), Fixed(2, 3)),
        new("Identity", Of(2, 3)),
        new("Cast", Of(2, 3)) { Attributes = [Attribute("to", (long)DataType.Float)] },
        new("Dropout", Of(2, 3)),
        new("Dropout", Of(2, 3)) { Attributes = [Attribute("ratio", 0.5f)], Opset = 9 },
        new("Dropout", Of(2, 3), Number(0.3), Truths([], 0)),
        new("Add", Of(3, 1), Of(1, 4)) { Opset = 21 },
        new("Div", Of(3, 1), Of(1, 4)) { Opset = 21 },
        new("Max", Of(2, 3), Of(3), Of()) { Opset = 21 },
        new("Pow", Of(2, 4), Number(3)) { Note = "cube", Opset = 21 },
        new("Dropout", Of(2, 3)) { Opset = 21 },
    ];

    public static TheoryData<string> Names => [.. Cases.Select(test => test.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_agree_with_differences(string name) => GradientCheck.Run(fixture.Engine, Cases.Single(test => test.ToString() == name));
}
