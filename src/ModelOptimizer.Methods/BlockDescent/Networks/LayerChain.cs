using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>
/// The chain [Conv] → ReLU → Gemm → ReLU → … → Gemm that is trained, at a model's end or in its middle. What is before it and behind it stays as it is.
/// </summary>
/// <param name="Layers">First to last; only the first may be a convolution.</param>
internal sealed record LayerChain(IReadOnlyList<ChainLayer> Layers)
{
    /// <summary>The chain of <paramref name="model"/> with the most weights.</summary>
    /// <param name="model">The model.</param>
    /// <param name="shapes">Shapes for one sample.</param>
    /// <param name="position">Where to report that there is none.</param>
    /// <param name="mustEnd">Whether it has to end at an output of the model, as labels are about that.</param>
    /// <param name="isSelected">The layers whose weights count; null for all.</param>
    /// <exception cref="DiagnosticException">There is none.</exception>
    public static LayerChain Find(
        OnnxModel model,
        IReadOnlyDictionary<string, long[]> shapes,
        SourcePosition? position,
        bool mustEnd = false,
        Func<WeightLayer, bool>? isSelected = null)
    {
        var constants = new ConstantLookup(model.Graph);
        var passages = new Passages(model);
        var all = LayerFinder.FindAll(model);
        List<WeightLayer> fitting = [.. all.Where(layer => Unfit(layer, model, constants) is null)];
        var names = fitting.Select(layer => layer.Name).ToHashSet(StringComparer.Ordinal);
        var links = LayerLinks.Find(model, shapes)
            .Where(link => names.Contains(link.From.Name) && names.Contains(link.To.Name))
            .ToDictionary(link => link.To.Name, StringComparer.Ordinal);
        var goOn = links.Values.Where(link => link.To.Kind != LayerKind.Conv).Select(link => link.From.Name).ToHashSet(StringComparer.Ordinal);
        var chains = fitting
            .Where(layer => layer.Kind != LayerKind.Conv && !goOn.Contains(layer.Name))
            .Select(last => (Layers: Back(last, links), Ends: Ends(last, passages)))
            .Where(chain => (chain.Ends || !mustEnd) && (isSelected is null || chain.Layers.Exists(pair => isSelected(pair.Layer))))
            .ToList();
        if (chains.Count == 0)
        {
            var nodes = Nodes(model);
            var found = string.Join("; ", all.Take(5).Select(layer =>
                $"{layer.Name}: {Unfit(layer, model, constants) ?? WhatFollows(layer, passages, nodes)}"));
            throw new DiagnosticException(
                MethodCodes.NoChain,
                $"the model {(mustEnd ? "does not end in a chain" : "has no chain")} of Gemm or MatMul layers with ReLUs between them, which is what the "
                    + $"method trains{(mustEnd ? " to labels" : "")} ({(found.Length > 0 ? found : "it has no layers")}). Write 'mode: layer', which fits "
                    + "each layer to itself alone in any graph.",
                position);
        }

        var best = chains
            .OrderByDescending(chain => chain.Layers.Where(pair => isSelected?.Invoke(pair.Layer) != false).Sum(pair => pair.Layer.WeightCount))
            .ThenByDescending(chain => chain.Ends)
            .First();
        return new LayerChain([.. best.Layers.Select(pair => Read(pair.Layer, pair.Relu, model, constants))]);
    }

    /// <summary>Says of layers of <paramref name="model"/> that are not in this chain why they are not trained.</summary>
    public Func<WeightLayer, string> WhyNot(OnnxModel model)
    {
        var (constants, passages, nodes) = (new ConstantLookup(model.Graph), new Passages(model), Nodes(model));
        var chain = $"'{Layers[0].Layer.Name}'{(Layers.Count > 1 ? $" to '{Layers[^1].Layer.Name}'" : "")}";
        return layer => Unfit(layer, model, constants) ?? $"not in the chain that is trained, {chain}: {WhatFollows(layer, passages, nodes)}";
    }

    private static HashSet<NodeProto> Nodes(OnnxModel model) => new(LayerFinder.Find(model).Select(layer => layer.Node), ReferenceEqualityComparer.Instance);

    private static string? Unfit(WeightLayer layer, OnnxModel model, ConstantLookup constants) => layer.Obstacle ?? OtherKind.Obstacle(layer) ?? layer switch
    {
        { TransA: true } => "its input is transposed",
        { Window.Group: > 1 } => "a convolution in groups is not trained in a network",
        _ when !StoredBias.Read(layer, model, constants).IsKnown => "its bias is not a constant vector",
        _ => null,
    };

    private static List<(WeightLayer Layer, bool Relu)> Back(WeightLayer last, Dictionary<string, LayerLink> links)
    {
        List<(WeightLayer Layer, bool Relu)> layers = [(last, false)];
        while (layers[0].Layer.Kind != LayerKind.Conv && links.TryGetValue(layers[0].Layer.Name, out var link))
        {
            layers.Insert(0, (link.From, link.Relu));
        }

        return layers;
    }

    // What is behind a layer, as far as that says why it is not in a chain with what comes next.
    private static string WhatFollows(WeightLayer layer, Passages passages, HashSet<NodeProto> layers)
    {
        var tensor = layer.Output;
        var relus = 0;
        while (passages.Reader(tensor) is { } node)
        {
            if (layers.Contains(node))
            {
                var reason = node.OpType == "Conv" ? "only the first layer of a chain may be a convolution" : "another chain has more weights";
                return $"{reason}, and behind it is the {node.OpType} '{node.Name}'";
            }

            relus += passages.Of(node) == Passage.Relu ? 1 : 0;
            if (passages.Of(node) is null or Passage.Probabilities || relus > 1)
            {
                return $"behind it is a {node.OpType}";
            }

            tensor = node.Output[0];
        }

        return passages.IsOutput(tensor) ? "it makes an output" : "what it makes is read more than once, or as another input than the first";
    }

    /// <summary>Whether nothing but changes of shape and a Softmax are between a layer and an output of the model.</summary>
    internal static bool Ends(WeightLayer last, Passages passages)
    {
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
}

/// <summary>A layer of a chain as the algorithm sees it.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Relu">Whether a ReLU follows.</param>
/// <param name="Weight">W as T×D, a Gemm's alpha in it.</param>
/// <param name="Bias">b, a Gemm's beta in it; null when the layer has none.</param>
internal sealed record ChainLayer(WeightLayer Layer, bool Relu, Matrix Weight, double[]? Bias);
