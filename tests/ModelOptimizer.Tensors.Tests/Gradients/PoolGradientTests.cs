using ModelOptimizer.Onnx.Proto;
using static ModelOptimizer.Onnx.Writing.GraphWriter;
using static ModelOptimizer.Tensors.Tests.Gradients.GradientInput;

namespace ModelOptimizer.Tensors.Tests.Gradients;

public sealed class PoolGradientTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly GradientCase[] Cases =
    [
        new("GlobalAveragePool", Of(2, 3, 4, 5)),
        new("GlobalAveragePool", Of(2, 3, 4)) { Opset = 9 },
        new("GlobalMaxPool", Of(2, 3, 4, 5)),
        new("GlobalMaxPool", Of(2, 3, 4)) { Opset = 9 },
        Max(Of(2, 3, 6, 8), [2, 2], Attribute("strides", 2, 2)),
        Max(Of(2, 3, 6, 8), [2, 2], Attribute("strides", 2, 2)) with { Opset = 9 },
        Max(Of(2, 3, 7, 7), [2, 2], Attribute("strides", 2, 2)) with { Note = "rest" },
        Max(Of(2, 3, 7, 8), [3, 3], Attribute("strides", 2, 2), Attribute("pads", 1, 1, 1, 1)),
        Max(Of(2, 3, 7, 8), [3, 3], Attribute("strides", 2, 2), Attribute("pads", 1, 1, 1, 1)) with { Opset = 9 },
        Max(Of(1, 2, 6, 5), [3, 2]) with { Note = "stride 1" },
        Max(Of(1, 2, 8, 7), [2, 3], Attribute("dilations", 3, 2), Attribute("strides", 2, 1)),
        Max(Of(1, 2, 6, 6), [3, 3], Attribute("strides", 2, 2), Attribute("ceil_mode", 1L)),
        Max(Of(1, 2, 6, 5), [2, 2], Attribute("auto_pad", "SAME_UPPER")),
        Max(Of(2, 3, 9), [3], Attribute("strides", [2L])),
        Max(Of(1, 2, 4, 4, 4), [2, 2, 2], Attribute("strides", 2, 2, 2)),
        Average(Of(2, 3, 6, 8), [2, 2], Attribute("strides", 2, 2)),
        Average(Of(2, 3, 6, 8), [2, 2], Attribute("strides", 2, 2)) with { Opset = 9 },
        Average(Of(2, 3, 7, 6), [3, 2], Attribute("strides", 2, 1), Attribute("pads", 1, 0, 1, 1)),
        Average(Of(2, 3, 7, 6), [3, 2], Attribute("strides", 2, 1), Attribute("pads", 1, 0, 1, 1), Attribute("count_include_pad", 1L)),
        Average(Of(1, 2, 6, 6), [3, 3], Attribute("strides", 2, 2), Attribute("ceil_mode", 1L)),
        Average(
            Of(1, 2, 6, 6),
            [3, 3],
            Attribute("strides", 2, 2),
            Attribute("pads", 1, 1, 0, 0),
            Attribute("ceil_mode", 1L),
            Attribute("count_include_pad", 1L)
        ),
        Average(
            Of(1, 2, 6, 6),
            [3, 3],
            Attribute("strides", 2, 2),
            Attribute("pads", 1, 1, 0, 0),
            Attribute("ceil_mode", 1L),
            Attribute("count_include_pad", 1L)
        ) with
        {
            Opset = 21,
        },
        Average(Of(1, 2, 8, 7), [2, 3], Attribute("dilations", 3, 2), Attribute("strides", 2, 1)) with
        {
            Opset = 19,
        },
        Average(Of(1, 2, 6, 5), [2, 2], Attribute("auto_pad", "SAME_LOWER")),
        Average(Of(2, 3, 9), [3], Attribute("strides", [2L])),
        Average(Of(1, 2, 4, 4, 6), [2, 2, 3], Attribute("strides", 2, 1, 3)),
    ];

    public static TheoryData<string> Names => [.. Cases.Select(test => test.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_agree_with_differences(string name) => GradientCheck.Run(fixture.Engine, Cases.Single(test => test.ToString() == name));

    private static GradientCase Max(GradientInput input, long[] kernel, params AttributeProto[] attributes) =>
        Pool("MaxPool", input, kernel, attributes);

    private static GradientCase Average(GradientInput input, long[] kernel, params AttributeProto[] attributes) =>
        Pool("AveragePool", input, kernel, attributes);

    private static GradientCase Pool(string op, GradientInput input, long[] kernel, AttributeProto[] attributes) =>
        new(op, input) { Attributes = [Attribute("kernel_shape", kernel), .. attributes] };
}
