using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>Adds the nodes that compute the gradients of the wanted inputs of <paramref name="node"/>, and gives them to it.</summary>
internal delegate void GradientRule(BackwardNode node);

/// <summary>All operators that can be differentiated. A new one is a line in its family.</summary>
internal static class GradientCatalogue
{
    // Piecewise constant, or not numbers that a weight could move.
    private static readonly HashSet<string> Constant = new(StringComparer.Ordinal)
    {
        "And",
        "ArgMax",
        "ArgMin",
        "Ceil",
        "Constant",
        "ConstantOfShape",
        "Equal",
        "Floor",
        "Greater",
        "GreaterOrEqual",
        "IsInf",
        "IsNaN",
        "Less",
        "LessOrEqual",
        "NonZero",
        "Not",
        "OneHot",
        "Or",
        "Round",
        "Shape",
        "Sign",
        "Size",
        "Xor",
    };

    private static readonly Dictionary<string, GradientRule> ByOperator = new(
        [
            .. ActivationRules.All,
            .. ElementwiseRules.All,
            .. ReductionRules.All,
            .. ArrangementRules.All,
            .. SelectionRules.All,
            .. ProductRules.All,
            .. PoolingRules.All,
            .. NormalisationRules.All,
        ],
        StringComparer.Ordinal);

    /// <summary>How <paramref name="name"/> is differentiated; null where it is not.</summary>
    public static GradientRule? Find(string? name) => name is null ? null : ByOperator.GetValueOrDefault(name);

    /// <summary>Whether the derivative of <paramref name="node"/> is zero wherever there is one.</summary>
    public static bool IsConstant(NodeProto node) =>
        node.Operator() is { } name && (Constant.Contains(name) || (name == "Cast" && !ElementTypes.IsFloat((int)node.Int("to", 0))));
}
