using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Gradients.Operators;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>All operators that can be differentiated. A new one is a class in <c>Operators</c> and a line here.</summary>
internal static class GradientCatalogue
{
    // Piecewise constant, or not numbers that a weight could move.
    private static readonly HashSet<string> Constant = new(StringComparer.Ordinal)
    {
        "And", "ArgMax", "ArgMin", "Ceil", "Constant", "ConstantOfShape", "Equal", "Floor", "Greater", "GreaterOrEqual", "IsInf", "IsNaN", "Less", "LessOrEqual", "NonZero", "Not", "OneHot", "Or",
        "Round", "Shape", "Sign", "Size", "Xor",
    };

    private static readonly IReadOnlyDictionary<string, IOperatorGradient> ByOperator = new IOperatorGradient[]
    {
        new AbsGradient(),
        new AddGradient(),
        new AveragePoolGradient(),
        new BatchNormalizationGradient(),
        new CastGradient(),
        new ClipGradient(),
        new ConcatGradient(),
        new ConvGradient(),
        new ConvTransposeGradient(),
        new DivGradient(),
        new DropoutGradient(),
        new EinsumGradient(),
        new EluGradient(),
        new ErfGradient(),
        new ExpGradient(),
        new ExpandGradient(),
        new ReshapingGradient("Flatten"),
        new GatherGradient(),
        new GeluGradient(),
        new GemmGradient(),
        new GlobalAveragePoolGradient(),
        new GlobalMaxPoolGradient(),
        new HardSigmoidGradient(),
        new HardSwishGradient(),
        new IdentityGradient(),
        new InstanceNormalizationGradient(),
        new LayerNormalizationGradient(),
        new LeakyReluGradient(),
        new LogGradient(),
        new LogSoftmaxGradient(),
        new MatMulGradient(),
        new ExtremeGradient("Max", loses: "Less"),
        new MaxPoolGradient(),
        new MeanGradient(),
        new ExtremeGradient("Min", loses: "Greater"),
        new MulGradient(),
        new NegGradient(),
        new PadGradient(),
        new PowGradient(),
        new PReluGradient(),
        new ReciprocalGradient(),
        new ReduceExtremeGradient("ReduceMax"),
        new ReduceMeanGradient(),
        new ReduceExtremeGradient("ReduceMin"),
        new ReduceSumGradient(),
        new ReluGradient(),
        new ReshapingGradient("Reshape"),
        new ResizeGradient("Resize"),
        new SigmoidGradient(),
        new SliceGradient(),
        new SoftmaxGradient(),
        new SoftplusGradient(),
        new SplitGradient(),
        new SqrtGradient(),
        new ReshapingGradient("Squeeze"),
        new SubGradient(),
        new SumGradient(),
        new TanhGradient(),
        new TransposeGradient(),
        new ReshapingGradient("Unsqueeze"),
        new ResizeGradient("Upsample"),
        new WhereGradient(),
    }.ToDictionary(gradient => gradient.Operator, StringComparer.Ordinal);

    /// <summary>How <paramref name="name"/> is differentiated; null where it is not.</summary>
    public static IOperatorGradient? Find(string? name) => name is null ? null : ByOperator.GetValueOrDefault(name);

    /// <summary>Whether the derivative of <paramref name="node"/> is zero wherever there is one.</summary>
    public static bool IsConstant(NodeProto node) => node.Operator() is { } name && (Constant.Contains(name) || (name == "Cast" && !ElementTypes.IsFloat((int)node.Int("to", 0))));
}
