using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Methods.Quantization.Integer;

/// <summary>
/// A model some of whose layers ONNX Runtime computes in integers: their weights are codes, and what they read and give is rounded to 8 bits
/// (QuantizeLinear and DequantizeLinear), of which the runtime makes integer kernels when it loads the model.
/// </summary>
internal static class IntegerModel
{
    private static readonly HashSet<string> Kernels = new(StringComparer.Ordinal)
    {
        "QLinearConv", "QGemm", "QLinearMatMul", "MatMulInteger", "MatMulIntegerToFloat", "ConvInteger",
    };

    /// <summary>Writes <paramref name="weights"/>, loads the model, and leaves out those that no integer kernel reads.</summary>
    /// <param name="context">The step's.</param>
    /// <param name="weights">Rounded weights, of which those of 8 bits are taken.</param>
    /// <param name="rule">Where ranges of tensors end.</param>
    /// <param name="position">Where the step is written.</param>
    /// <exception cref="DiagnosticException">No layer can (MOC2101), or a tensor has numbers that are not finite (MOC2110).</exception>
    public static KernelModel Build(StepContext context, IReadOnlyList<RoundedWeight> weights, RangeRule rule, SourcePosition? position)
    {
        var layers = LayerFinder.Find(context.Model).ToLookup(layer => layer.Weight, StringComparer.Ordinal);
        var reader = new IntegerLayers(context.Model);
        var left = new Dictionary<string, string>(StringComparer.Ordinal);
        var taken = new List<RoundedWeight>();
        foreach (var weight in weights.Where(weight => weight.Obstacle is null))
        {
            var name = weight.Tensor.Name;
            var layer = layers[name].FirstOrDefault();
            var obstacle = layer is null ? "it is read by no layer of a kind that has integer kernels" : reader.Obstacle(layer, weight);
            if (obstacle is null)
            {
                taken.Add(weight);
            }
            else
            {
                left.Add(name, obstacle);
            }
        }

        while (taken.Count > 0)
        {
            // What is left keeps its numbers: whether it can be stored is not known yet.
            var plain = RoundedWeight.Apply(context.Model, taken);
            var found = LayerFinder.Find(plain).ToLookup(layer => layer.Weight, StringComparer.Ordinal);
            var biases = new IntegerLayers(plain);
            List<IntegerLayer> written =
            [
                .. taken.Select(weight => (weight.Tensor, weight.Target.Axis, Layer: found[weight.Tensor.Name].First()))
                    .Select(weight => new IntegerLayer(weight.Layer, weight.Tensor, weight.Axis!, biases.Bias(weight.Layer))),
            ];
            var region = new IntegerRegion(plain, written.Select(layer => layer.Layer));
            var ranges = ActivationRanges.Measure(context, plain, [.. region.Tensors.Values.Select(tensor => tensor.Root).Distinct()], rule, position);
            var writer = new IntegerWriter(plain, region, ranges);
            var model = writer.Write(written);
            var operators = LoadedGraph.Readers(model, writer.Codes.Values.ToHashSet(StringComparer.Ordinal));
            var failed = taken.Where(weight => !Kernels.Contains(operators.GetValueOrDefault(writer.Codes[weight.Tensor.Name], ""))).ToList();
            if (failed.Count == 0)
            {
                return new KernelModel("integer", model, writer.Bytes, left);
            }

            foreach (var weight in failed)
            {
                left.Add(weight.Tensor.Name, $"ONNX Runtime {LoadedGraph.RuntimeVersion} has no integer kernel for it");
                taken.Remove(weight);
            }
        }

        throw new DiagnosticException(
            MethodCodes.NothingToCompress,
            $"no layer can compute in integers: {string.Join("; ", left.Values.CountBy(reason => reason).Select(reason => $"{reason.Value} × {reason.Key}"))}. "
                + "Write 'form: stored', which needs no integer kernels.",
            position);
    }
}

/// <summary>A layer that is to compute in integers.</summary>
/// <param name="Layer">It, in the model with rounded weights as plain numbers.</param>
/// <param name="Tensor">Its codes.</param>
/// <param name="Axis">Its output channels.</param>
/// <param name="Bias">A number for each of them, as it is added; null where it has none.</param>
internal sealed record IntegerLayer(WeightLayer Layer, RoundedTensor Tensor, ChannelAxis Axis, double[]? Bias);

/// <summary>Which layers integer kernels can take.</summary>
/// <param name="model">The model.</param>
file sealed class IntegerLayers(OnnxModel model)
{
    private readonly ConstantLookup _constants = new(model.Graph);
    private readonly TensorUses _uses = new(model.Proto);

    /// <summary>Why <paramref name="layer"/> stays in floating point; null when it need not.</summary>
    public string? Obstacle(WeightLayer layer, RoundedWeight weight) => layer switch
    {
        _ when weight.Tensor.Format.Bits != 8 => "integer kernels take 8 bits",
        _ when layer.ElementType != (int)TensorProto.Types.DataType.Float => $"it computes in {ElementTypes.Name(layer.ElementType)}",
        _ when _uses.Of(layer.Weight) != 1 => "its weight has several readers",
        _ when layer.Obstacle is { } obstacle => obstacle,
        { TransA: true } => "its input is transposed",
        { Alpha: not 1 } => "its product has a factor",
        { Kind: not LayerKind.MatMul } when !StoredBias.Read(layer, model, _constants).IsKnown => "its bias is no constant of one number an output",
        _ => null,
    };

    /// <summary>What is added to the outputs of <paramref name="layer"/>; null for nothing, or an Add of its own.</summary>
    public double[]? Bias(WeightLayer layer) => layer.Kind == LayerKind.MatMul || StoredBias.Read(layer, model, _constants).Bias is not { } bias
        ? null
        : Array.ConvertAll(bias, value => value * layer.Beta);
}
