namespace ModelOptimizer.Pipeline.Inspection;

/// <summary>A line of <c>modelopt layers</c>.</summary>
/// <param name="Name">The name that layer rules match.</param>
/// <param name="Operator">ONNX operator.</param>
/// <param name="WeightShape">The weight's shape as stored.</param>
/// <param name="ElementType">The weight's element type, such as <c>float16</c>.</param>
/// <param name="Parameters">Number of weights, bias not counted.</param>
/// <param name="Macs">Multiply-adds of one sample; null when unknown.</param>
/// <param name="Window">Kernel, strides, groups and dilations where they are not 1; empty for matrices.</param>
/// <param name="Methods">Methods that can rewrite it.</param>
/// <param name="LeftAlone">Why others cannot, where one can.</param>
/// <param name="Obstacle">Why none can; null when one can.</param>
internal sealed record LayerInspection(
    string Name,
    string Operator,
    IReadOnlyList<long> WeightShape,
    string ElementType,
    long Parameters,
    long? Macs,
    string Window,
    IReadOnlyList<string> Methods,
    IReadOnlyList<LeftAlone> LeftAlone,
    string? Obstacle);

/// <summary>Why a method leaves a layer alone.</summary>
internal sealed record LeftAlone(string Method, string Reason);
