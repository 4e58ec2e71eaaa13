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
        new AddGradient(),
        new AveragePoolGradient(),
        new BatchNormalizationGradient(),
        new ConvGradient(),
        new ConvTransposeGradient(),
        new EinsumGradient(),
        new GemmGradient(),
        new GlobalAveragePoolGradient(),
        new GlobalMaxPoolGradient(),
        new InstanceNormalizationGradient(),
        new LayerNormalizationGradient(),
        new MatMulGradient(),
        new MaxPoolGradient(),
        new MulGradient(),
        new ReduceSumGradient(),
        new ReluGradient(),
        new ResizeGradient("Resize"),
        new SumGradient(),
        new ResizeGradient("Upsample"),
    }.ToDictionary(gradient => gradient.Operator, StringComparer.Ordinal);

    /// <summary>The operators, sorted.</summary>
    public static IReadOnlyList<string> Operators { get; } = [.. ByOperator.Keys.Order(StringComparer.Ordinal)];

    /// <summary>How <paramref name="name"/> is differentiated; null where it is not.</summary>
    public static IOperatorGradient? Find(string? name) => name is null ? null : ByOperator.GetValueOrDefault(name);

    /// <summary>Whether the derivative of <paramref name="name"/> is zero wherever there is one.</summary>
    public static bool IsConstant(string? name) => name is not null && Constant.Contains(name);
}
