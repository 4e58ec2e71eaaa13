namespace ModelOptimizer.Tensors.Gradients;

/// <summary>A linear map along one axis of a tensor: every output element is a weighted sum of the input elements on its line.</summary>
internal sealed class AxisMap(long inputs, long outputs)
{
    public long Inputs { get; } = inputs;

    public long Outputs { get; } = outputs;

    /// <summary>The weights, [outputs, inputs] row-major.</summary>
    public float[] Weights { get; } = new float[inputs * outputs];

    public void Add(long output, long input, float weight) => Weights[(output * Inputs) + input] += weight;
}
