using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>
/// The chain [Conv] → ReLU → Gemm → ReLU → … → Gemm at a model's end. What is before it stays as it is, and so does a Softmax behind it.
/// </summary>
/// <param name="Layers">First to last; only the first may be a convolution.</param>
internal sealed record LayerChain(IReadOnlyList<ChainLayer> Layers)
{
    /// <summary>The longest chain that ends at an output of <paramref name="model"/>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="shapes">Shapes for one sample.</param>
    /// <param name="position">Where to report that there is none.</param>
    /// <exception cref="DiagnosticException">There is none.</exception>
    public static LayerChain Find(OnnxModel model, IReadOnlyDictionary<string, long[]> shapes, SourcePosition? position)
    {
        var constants = new ConstantLookup(model.Graph);
        bool Fits(WeightLayer layer) => layer is { Obstacle: null, TransA: false } && StoredBias.Read(layer, model, constants).IsKnown;
        var last = LayerFinder.Find(model).LastOrDefault(layer => layer.Kind != LayerKind.Conv && Fits(layer) && Ends(layer, model));
        if (last is null)
        {
            throw new DiagnosticException(
                MethodCodes.NoChain,
                $"the model does not end in a chain of Gemm or MatMul layers with ReLUs between them, which is what the method trains: {WhatMakes(model)}. "
                    + "Write 'mode: layer', which fits each layer to itself alone in any graph.",
                position);
        }

        var links = LayerLinks.Find(model, shapes).Where(link => Fits(link.From)).ToDictionary(link => link.To.Name, StringComparer.Ordinal);
        List<ChainLayer> layers = [Read(last, false, model, constants)];
        while (layers[0].Layer.Kind != LayerKind.Conv && links.TryGetValue(layers[0].Layer.Name, out var link) && link.From.Window is null or { Group: 1 })
        {
            layers.Insert(0, Read(link.From, link.Relu, model, constants));
        }

        return new LayerChain(layers);
    }

    /// <summary>Whether nothing but changes of shape and a Softmax are between a layer and an output of the model.</summary>
    internal static bool Ends(WeightLayer last, OnnxModel model)
    {
        var passages = new Passages(model);
        var tensor = last.Output;
        while (!passages.IsOutput(tensor))
        {
            if (passages.Reader(tensor) is not { } node || passages.Of(node) is null or Passage.Relu)
            {
                return false;
            }

            tensor = node.Output[0];
        }

        return true;
    }

    private static ChainLayer Read(WeightLayer layer, bool relu, OnnxModel model, ConstantLookup constants)
    {
        var weight = StoredWeight.Read(layer, constants[layer.Weight]);
        TensorPrimitives.Multiply(weight.Values, layer.Alpha, weight.Values);
        var bias = StoredBias.Read(layer, model, constants).Bias;
        return new ChainLayer(layer, relu, weight, bias is null ? null : [.. bias.Select(value => value * layer.Beta)]);
    }

    private static string WhatMakes(OnnxModel model)
    {
        var output = model.Graph.Output.FirstOrDefault()?.Name ?? "";
        var node = model.Graph.Node.LastOrDefault(node => node.Output.Contains(output));
        while (node?.Operator() is "Softmax" or "LogSoftmax" or "Identity" or "Flatten" or "Reshape" or "Squeeze" or "Unsqueeze")
        {
            node = model.Graph.Node.LastOrDefault(other => other.Output.Contains(node.Input[0]));
        }

        return node is null ? $"nothing makes its output '{output}'"
            : node.Operator() is "Gemm" or "MatMul"
                ? $"its last layer '{node.Name}' has no constant weight and bias of its own, or its output is read more than once"
            : $"its output '{output}' comes from a {node.OpType}";
    }
}

/// <summary>A layer of a chain as the algorithm sees it.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Relu">Whether a ReLU follows.</param>
/// <param name="Weight">W as T×D, a Gemm's alpha in it.</param>
/// <param name="Bias">b, a Gemm's beta in it; null when the layer has none.</param>
internal sealed record ChainLayer(WeightLayer Layer, bool Relu, Matrix Weight, double[]? Bias);
