namespace ModelOptimizer.Tensors.Gradients;

/// <summary>x̂ = (x − μ)·r with the mean μ and r = 1/√(σ² + ε) of x over <paramref name="axes"/>.</summary>
/// <param name="graph">Where the nodes go.</param>
/// <param name="value">The name of x̂.</param>
/// <param name="inverseDeviation">The name of r, with the axes kept.</param>
/// <param name="axes">The axes that are averaged over.</param>
internal sealed class Normalised(GraphWriter graph, string value, string inverseDeviation, long[] axes)
{
    public string Value { get; } = value;

    /// <summary>Computes the statistics of <paramref name="input"/> again.</summary>
    public static Normalised Of(GraphWriter graph, string input, float epsilon, long[] axes)
    {
        var centred = graph.Node("Sub", [input, graph.ReduceMean(input, axes)]);
        var variance = graph.ReduceMean(graph.Node("Mul", [centred, centred]), axes);
        var inverse = graph.InverseRoot(variance, epsilon);
        return new Normalised(graph, graph.Node("Mul", [centred, inverse]), inverse, axes);
    }

    // μ and r move with x: dx = r·(dx̂ − mean(dx̂) − x̂·mean(dx̂·x̂)).
    public string Gradient(string gradient)
    {
        var slope = graph.ReduceMean(graph.Node("Mul", [gradient, Value]), axes);
        var centred = graph.Node("Sub", [gradient, graph.ReduceMean(gradient, axes)]);
        return graph.Node("Mul", [graph.Node("Sub", [centred, graph.Node("Mul", [Value, slope])]), inverseDeviation]);
    }
}
