namespace ModelOptimizer.Tensors.Training;

/// <summary>
/// Stochastic gradient descent with momentum: b ← μ·b + (g + λ·p), p ← p − η·b, with learning rate η and b = 0 at the start.
/// </summary>
/// <param name="Momentum">μ, from 0 to below 1; 0 keeps no state.</param>
/// <param name="WeightDecay">λ.</param>
internal sealed record Sgd(double Momentum = 0.9, double WeightDecay = 0) : IOptimizer
{
    /// <inheritdoc/>
    public int StateVectors => Momentum == 0 ? 0 : 1;

    /// <inheritdoc/>
    public IReadOnlyList<string> Scalars => ["rate"];

    /// <inheritdoc/>
    public IReadOnlyList<double> ScalarsAt(long time, double learningRate) => [learningRate];

    /// <inheritdoc/>
    public IReadOnlyList<string> Append(GraphWriter graph, string parameters, string gradient, IReadOnlyList<string> state, IReadOnlyList<string> scalars)
    {
        var direction = WeightDecay == 0 ? gradient : graph.Node("Add", [gradient, graph.Node("Mul", [parameters, graph.Scalar((float)WeightDecay)])]);
        if (Momentum > 0)
        {
            direction = graph.Node("Add", [graph.Node("Mul", [state[0], graph.Scalar((float)Momentum)]), direction]);
        }

        var next = graph.Node("Sub", [parameters, graph.Node("Mul", [direction, scalars[0]])]);
        return Momentum > 0 ? [next, direction] : [next];
    }
}
