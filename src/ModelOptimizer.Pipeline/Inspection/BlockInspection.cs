namespace ModelOptimizer.Pipeline.Inspection;

/// <summary>A line of <c>modelopt blocks</c>.</summary>
/// <param name="Name">The name that a step's <c>block:</c> takes.</param>
/// <param name="Kind">What it is made of, such as <c>stage</c>.</param>
/// <param name="From">The tensor that enters.</param>
/// <param name="To">The tensor that leaves.</param>
/// <param name="InputShape">The former's shape for one sample.</param>
/// <param name="OutputShape">The latter's.</param>
/// <param name="Nodes">Number of nodes.</param>
/// <param name="Parameters">Number of weights of its layers, biases and normalisations not counted.</param>
/// <param name="Macs">Multiply-adds of one sample; null when unknown.</param>
internal sealed record BlockInspection(
    string Name,
    string Kind,
    string From,
    string To,
    IReadOnlyList<long> InputShape,
    IReadOnlyList<long> OutputShape,
    int Nodes,
    long Parameters,
    long? Macs);
