namespace ModelOptimizer.Tensors.Gradients;

internal static class NormalisationNodes
{
    /// <summary>1/√(v + ε).</summary>
    public static string InverseRoot(this GraphWriter graph, string variance, float epsilon) =>
        graph.Node("Reciprocal", [graph.Node("Sqrt", [graph.Node("Add", [variance, graph.Scalar(epsilon)])])]);
}
