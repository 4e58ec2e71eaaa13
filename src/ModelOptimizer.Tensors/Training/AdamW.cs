namespace ModelOptimizer.Tensors.Training;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, <i>Decoupled Weight Decay Regularization</i>, ICLR 2019, algorithm 2):
/// m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², p ← p − η·λ·p − η·m̂ / (√v̂ + ε), with learning rate η, m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) at step t.
/// </summary>
/// <param name="Beta1">β₁.</param>
/// <param name="Beta2">β₂.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="WeightDecay">λ.</param>
internal sealed record AdamW(double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8, double WeightDecay = 0.01) : IOptimizer
{
    /// <inheritdoc/>
    public int StateVectors => 2;

    /// <inheritdoc/>
    public IReadOnlyList<string> Scalars => ["rate", "floor", "keep"];

    /// <inheritdoc/>
    // The state is M = m / (1 − β₁) and V = v / (1 − β₂). With s = √((1 − β₂) / (1 − β₂ᵗ)) the last term is (η / s)·((1 − β₁) / (1 − β₁ᵗ))·M / (√V + ε / s):
    // every factor that can be is a scalar, so that no node needs to go over all parameters for it.
    public IReadOnlyList<double> ScalarsAt(long time, double learningRate)
    {
        var scale = Math.Sqrt((1 - Beta2) / (1 - Math.Pow(Beta2, time)));
        return [learningRate / scale * (1 - Beta1) / (1 - Math.Pow(Beta1, time)), Epsilon / scale, 1 - (learningRate * WeightDecay)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Append(GraphWriter graph, string parameters, string gradient, IReadOnlyList<string> state, IReadOnlyList<string> scalars)
    {
        var first = graph.Node("Add", [graph.Node("Mul", [state[0], graph.Scalar((float)Beta1)]), gradient]);
        var second = graph.Node("Add", [graph.Node("Mul", [state[1], graph.Scalar((float)Beta2)]), graph.Node("Mul", [gradient, gradient])]);
        var direction = graph.Node("Div", [first, graph.Node("Add", [graph.Node("Sqrt", [second]), scalars[1]])]);
        var kept = graph.Node("Mul", [parameters, scalars[2]]);
        return [graph.Node("Sub", [kept, graph.Node("Mul", [direction, scalars[0]])]), first, second];
    }
}
