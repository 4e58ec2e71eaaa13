using ModelOptimizer.Onnx;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>Reverse-mode differentiation of an ONNX graph into nodes of the same graph.</summary>
internal static class Differentiation
{
    /// <summary>Adds to <paramref name="graph"/> the nodes that compute ∂loss/∂parameter.</summary>
    /// <param name="graph">The forward graph, float32, the loss in it.</param>
    /// <param name="loss">The scalar tensor.</param>
    /// <param name="parameters">Initialisers or inputs to differentiate by.</param>
    /// <param name="shapes">The shape of every tensor of the forward graph as it will run.</param>
    /// <returns>The name of the gradient by parameter, each of the parameter's shape; a parameter that the loss does not depend on is absent.</returns>
    /// <exception cref="Diagnostics.DiagnosticException">A node between a parameter and the loss has no gradient (MOC2305).</exception>
    public static IReadOnlyDictionary<string, string> Append(
        GraphWriter graph,
        string loss,
        IReadOnlyCollection<string> parameters,
        IReadOnlyDictionary<string, long[]> shapes
    )
    {
        var pass = new BackwardPass(graph, shapes, parameters);
        pass.Run(loss);
        return parameters.Distinct(StringComparer.Ordinal)
            .Select(parameter => (parameter, Gradient: pass.GradientOf(parameter)))
            .Where(found => found.Gradient is not null)
            .ToDictionary(found => found.parameter, found => found.Gradient!, StringComparer.Ordinal);
    }

    /// <summary>Says before any sample is looked at what an operator without a gradient makes impossible.</summary>
    /// <param name="model">The forward graph.</param>
    /// <param name="parameters">What is to be trained.</param>
    /// <param name="outputs">What the loss is made of.</param>
    /// <exception cref="Diagnostics.DiagnosticException">A node between them has no gradient (MOC2305).</exception>
    public static void RequireRules(OnnxModel model, IReadOnlyCollection<string> parameters, IEnumerable<string> outputs) =>
        BackwardPass.RequireRules(model, parameters, outputs);
}
