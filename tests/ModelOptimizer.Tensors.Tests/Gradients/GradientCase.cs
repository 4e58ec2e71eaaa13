using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Tests.Gradients;

/// <summary>One node to differentiate: its operator, attributes, and inputs.</summary>
internal sealed record GradientCase(string Op, params GradientInput[] Inputs)
{
    public long Opset { get; init; } = 17;

    public AttributeProto[] Attributes { get; init; } = [];

    /// <summary>Number of outputs; the loss weighs all that <see cref="LossOutputs"/> names.</summary>
    public int Outputs { get; init; } = 1;

    /// <summary>The outputs that the loss depends on; the others are made and not used.</summary>
    public int[] LossOutputs { get; init; } = [0];

    /// <summary>What tells this case from the others of its operator.</summary>
    public string Note { get; init; } = "";

    public override string ToString() =>
        $"{Op} {string.Join(' ', Inputs.Select(input => string.Join('x', input.Shape)))} {string.Join(' ', Attributes.Select(attribute => attribute.Name))} {Note} @{Opset}".Replace(
            "  ",
            " ",
            StringComparison.Ordinal
        );
}
