using static ModelOptimizer.Onnx.Writing.GraphWriter;
using static ModelOptimizer.Tensors.Tests.Gradients.GradientInput;

namespace ModelOptimizer.Tensors.Tests.Gradients;

public sealed class ConvolutionGradientTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly GradientCase[] Cases =
    [
        new("Conv", Of(2, 3, 6, 5), Of(4, 3, 3, 3), Of(4)) { Attributes = [Attribute("pads", 1, 1, 1, 1)] },
        new("Conv", Of(2, 3, 6, 5), Of(4, 3, 3, 2)) { Note = "valid" },
        new("Conv", Of(2, 3, 6, 5), Of(4, 3, 3, 2)) { Note = "valid", Opset = 9 },
        new("Conv", Of(2, 3, 6, 5), Of(4, 3, 3, 2)) { Note = "valid", Opset = 21 },
        new("Conv", Of(2, 1, 6, 5), Of(4, 1, 3, 3)) { Attributes = [Attribute("pads", 1, 1, 1, 1)], Note = "one channel" },
        new("Conv", Of(2, 3, 6, 5), Of(4, 3, 1, 1), Of(4)) { Note = "1x1" },
        new("Conv", Of(2, 3, 6, 5), Of(4, 3, 1, 1)) { Attributes = [Attribute("strides", 2, 2)], Note = "1x1" },
        new("Conv", Of(2, 3, 7, 6), Of(4, 3, 3, 3)) { Attributes = [Attribute("pads", 1, 1, 1, 1), Attribute("strides", 2, 2)] },
        new("Conv", Of(2, 3, 7, 6), Of(4, 3, 3, 3)) { Attributes = [Attribute("pads", 1, 1, 1, 1), Attribute("strides", 2, 2)], Opset = 9 },
        new("Conv", Of(2, 3, 8, 8), Of(4, 3, 3, 3)) { Attributes = [Attribute("pads", 1, 1, 1, 1), Attribute("strides", 2, 2)], Note = "even" },
        new("Conv", Of(1, 2, 9, 8), Of(3, 2, 2, 3)) { Attributes = [Attribute("pads", 0, 2, 1, 0), Attribute("strides", 3, 2)], Note = "asymmetric" },
        new("Conv", Of(1, 2, 8, 7), Of(3, 2, 3, 2)) { Attributes = [Attribute("pads", 2, 0, 1, 1)], Note = "asymmetric" },
        new("Conv", Of(1, 2, 8, 9), Of(3, 2, 3, 3)) { Attributes = [Attribute("pads", 2, 2, 2, 2), Attribute("dilations", 2, 3)] },
        new("Conv", Of(1, 2, 9, 9), Of(3, 2, 3, 2)) { Attributes = [Attribute("pads", 1, 0, 2, 1), Attribute("strides", 2, 2), Attribute("dilations", 2, 3)] },
        new("Conv", Of(1, 2, 3, 3), Of(3, 2, 2, 2)) { Attributes = [Attribute("pads", 3, 2, 2, 3)], Note = "more padding than kernel" },
        new("Conv", Of(2, 4, 5, 5), Of(6, 2, 3, 3), Of(6)) { Attributes = [Attribute("group", 2L), Attribute("pads", 1, 1, 1, 1)] },
        new("Conv", Of(2, 4, 5, 5), Of(6, 2, 3, 3)) { Attributes = [Attribute("group", 2L), Attribute("strides", 2, 2)] },
        new("Conv", Of(2, 4, 5, 5), Of(4, 1, 3, 3)) { Attributes = [Attribute("group", 4L), Attribute("pads", 1, 1, 1, 1)], Note = "depthwise" },
        new("Conv", Of(2, 3, 6, 6), Of(6, 1, 3, 3))
        {
            Attributes = [Attribute("group", 3L), Attribute("pads", 1, 1, 1, 1), Attribute("strides", 2, 2)],
            Note = "depthwise",
        },
        new("Conv", Of(2, 3, 9), Of(4, 3, 3), Of(4)) { Attributes = [Attribute("pads", 1, 1)] },
        new("Conv", Of(2, 3, 9), Of(4, 3, 4)) { Attributes = [Attribute("strides", [2L]), Attribute("dilations", [2L])] },
        new("Conv", Of(1, 2, 4, 5, 3), Of(3, 2, 2, 3, 2)) { Attributes = [Attribute("pads", 1, 1, 0, 0, 1, 1)] },
        new("Conv", Of(2, 3, 6, 5), Of(4, 3, 2, 2)) { Attributes = [Attribute("auto_pad", "SAME_UPPER")], Note = "upper" },
        new("Conv", Of(2, 3, 6, 5), Of(4, 3, 2, 2)) { Attributes = [Attribute("auto_pad", "SAME_LOWER")], Note = "lower" },
        new("Conv", Of(2, 3, 7, 6), Of(4, 3, 3, 2)) { Attributes = [Attribute("auto_pad", "SAME_UPPER"), Attribute("strides", 2, 3)] },
        new("Conv", Of(2, 3, 7, 6), Of(4, 3, 3, 2)) { Attributes = [Attribute("auto_pad", "VALID")] },
        new("Conv", Of(2, 2, 3, 3), Of(9, 2, 2, 2)) { Note = "few positions" },
        new("Conv", Of(2, 4, 3, 3), Of(18, 2, 2, 2)) { Attributes = [Attribute("group", 2L)], Note = "few positions" },
        new("Conv", Of(1, 2, 135), Of(2, 2, 3)) { Attributes = [Attribute("pads", 1, 1)], Note = "long rows" },
        new("Conv", Of(1, 1, 263), Of(2, 1, 3)) { Attributes = [Attribute("strides", [2L])], Note = "long rows" },
        new("Conv", Of(1, 1, 263), Of(2, 1, 3)) { Attributes = [Attribute("strides", [2L])], Note = "long rows", Opset = 9 },
        new("ConvTranspose", Of(2, 3, 4, 5), Of(3, 4, 3, 3), Of(4)) { Attributes = [Attribute("pads", 1, 1, 1, 1)] },
        new("ConvTranspose", Of(2, 3, 4, 5), Of(3, 4, 2, 2)) { Attributes = [Attribute("strides", 2, 2)] },
        new("ConvTranspose", Of(2, 3, 4, 5), Of(3, 4, 2, 2)) { Attributes = [Attribute("strides", 2, 2)], Opset = 9 },
        new("ConvTranspose", Of(2, 3, 4, 3), Of(3, 4, 3, 3))
        {
            Attributes = [Attribute("strides", 2, 2), Attribute("pads", 1, 1, 1, 1), Attribute("output_padding", 1, 1)],
        },
        new("ConvTranspose", Of(1, 2, 4, 3), Of(2, 3, 2, 3)) { Attributes = [Attribute("strides", 3, 2), Attribute("pads", 0, 1, 1, 0)], Note = "asymmetric" },
        new("ConvTranspose", Of(1, 2, 4, 3), Of(2, 3, 2, 3)) { Attributes = [Attribute("dilations", 2, 3), Attribute("pads", 1, 2, 0, 1)] },
        new("ConvTranspose", Of(2, 4, 3, 4), Of(4, 3, 3, 3), Of(6)) { Attributes = [Attribute("group", 2L), Attribute("strides", 2, 2)] },
        new("ConvTranspose", Of(2, 3, 3, 4), Of(3, 1, 3, 3)) { Attributes = [Attribute("group", 3L)], Note = "depthwise" },
        new("ConvTranspose", Of(2, 3, 5), Of(3, 4, 3), Of(4)) { Attributes = [Attribute("strides", [2L]), Attribute("output_padding", [1L])] },
        new("ConvTranspose", Of(1, 2, 3, 4), Of(2, 3, 3, 3)) { Attributes = [Attribute("strides", 2, 2), Attribute("output_shape", 6, 8)] },
        new("ConvTranspose", Of(1, 2, 3, 4), Of(2, 3, 3, 3)) { Attributes = [Attribute("strides", 2, 2), Attribute("auto_pad", "SAME_UPPER")] },
    ];

    public static TheoryData<string> Names => [.. Cases.Select(test => test.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_agree_with_differences(string name) => GradientCheck.Run(fixture.Engine, Cases.Single(test => test.ToString() == name));
}
