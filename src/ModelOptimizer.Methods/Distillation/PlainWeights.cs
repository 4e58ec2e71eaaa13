namespace ModelOptimizer.Methods.Distillation;

/// <summary>The weights themselves.</summary>
internal sealed class PlainWeights : IParameterisation
{
    public string Text => "plain";

    public IReadOnlyList<string> Add(GraphWriter graph, IReadOnlyList<string> weights) => weights;

    public IReadOnlyList<(double Weight, string Loss)> Penalties(GraphWriter graph) => [];

    public IReadOnlyDictionary<string, double[]> Weights(Func<string, float[]> read, IReadOnlyCollection<string> trained) =>
        trained.ToDictionary(name => name, name => Array.ConvertAll(read(name), value => (double)value), StringComparer.Ordinal);
}
