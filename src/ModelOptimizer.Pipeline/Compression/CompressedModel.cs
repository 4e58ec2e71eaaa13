namespace ModelOptimizer.Pipeline.Compression;

/// <summary>A model after some steps, and what they did.</summary>
/// <param name="Model">The model.</param>
/// <param name="Steps">One report per step, in order.</param>
internal sealed record CompressedModel(OnnxModel Model, IReadOnlyList<StepReport> Steps)
{
    /// <summary>What the outputs of its layers are to be like (<see cref="StepContext.Reference"/>).</summary>
    public OnnxModel Reference { get; init; } = Model;

    /// <summary>Per step, what leads to this model again.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, Choice>> Choices => [.. Steps.Select(step => step.Choices)];
}
