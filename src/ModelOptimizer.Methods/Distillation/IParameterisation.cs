namespace ModelOptimizer.Methods.Distillation;

/// <summary>What is trained in place of a student's weights.</summary>
internal interface IParameterisation
{
    /// <summary>What it depends on besides the student, as text.</summary>
    string Text { get; }

    /// <summary>Adds to an empty graph, whose nodes come later, what makes weights.</summary>
    /// <param name="graph">The graph; its initialisers are the student's.</param>
    /// <param name="weights">The weights to train.</param>
    /// <returns>The initialisers to train.</returns>
    IReadOnlyList<string> Add(GraphWriter graph, IReadOnlyList<string> weights);

    /// <summary>Adds what the loss has beyond its comparison of outputs.</summary>
    IReadOnlyList<(double Weight, string Loss)> Penalties(GraphWriter graph);

    /// <summary>The trained weights, by name and as the student stores them.</summary>
    /// <param name="read">The numbers of a trained initialiser.</param>
    /// <param name="trained">Names of the initialisers that were trained.</param>
    IReadOnlyDictionary<string, double[]> Weights(Func<string, float[]> read, IReadOnlyCollection<string> trained);
}

/// <summary>The weights themselves.</summary>
internal sealed class PlainWeights : IParameterisation
{
    public string Text => "plain";

    public IReadOnlyList<string> Add(GraphWriter graph, IReadOnlyList<string> weights) => weights;

    public IReadOnlyList<(double Weight, string Loss)> Penalties(GraphWriter graph) => [];

    public IReadOnlyDictionary<string, double[]> Weights(Func<string, float[]> read, IReadOnlyCollection<string> trained) =>
        trained.ToDictionary(name => name, name => Array.ConvertAll(read(name), value => (double)value), StringComparer.Ordinal);
}
