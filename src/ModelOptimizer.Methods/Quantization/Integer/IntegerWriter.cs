using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Quantization.Integer;

/// <summary>Puts QuantizeLinear and DequantizeLinear around tensors, and DequantizeLinear behind codes of weights and biases.</summary>
/// <param name="model">The model, which is not changed.</param>
/// <param name="region">What is to compute in integers.</param>
/// <param name="ranges">The ranges of its tensors, by <see cref="IntegerTensor.Root"/>.</param>
internal sealed class IntegerWriter(OnnxModel model, IntegerRegion region, IReadOnlyDictionary<string, (double Low, double High)> ranges)
{
    private readonly Rewrite _rewrite = new(model);
    private readonly Dictionary<string, ActivationGrid> _grids = new(StringComparer.Ordinal);

    // Inside the region: what is read in the place of a tensor that is made in floating point, and the codes of every tensor.
    private readonly Dictionary<string, string> _rounded = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _eightBits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _codes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _bytes = new(StringComparer.Ordinal);

    /// <summary>The constant with the codes of each weight, by the weight.</summary>
    public IReadOnlyDictionary<string, string> Codes => _codes;

    /// <summary>Bytes in the file of each weight with its scales and what makes it a tensor, by the weight.</summary>
    public IReadOnlyDictionary<string, long> Bytes => _bytes;

    /// <summary>The model with <paramref name="layers"/> in integers.</summary>
    public OnnxModel Write(IReadOnlyList<IntegerLayer> layers)
    {
        foreach (var (_, tensor) in region.Tensors.OrderBy(tensor => tensor.Value.Highest is null))
        {
            if (!_grids.ContainsKey(tensor.Root))
            {
                var (low, high) = ranges[tensor.Root];
                _grids.Add(tensor.Root, ActivationGrid.Of(low, high, tensor.Highest));
            }
        }

        var byNode = layers.ToDictionary<IntegerLayer, NodeProto>(layer => layer.Layer.Node, ReferenceEqualityComparer.Instance);
        var write = _rewrite.ShortWriter((int)DataType.Float);
        foreach (var input in model.Graph.Input.Where(input => region.Tensors.ContainsKey(input.Name)))
        {
            Round(input.Name, write);
        }

        foreach (var node in model.Graph.Node)
        {
            var own = _rewrite.Own(node);
            if (region.Contains(node) && IntegerRegion.IsMoving(node))
            {
                Move(node, own, write);
                continue;
            }

            if (region.Contains(node))
            {
                for (var i = 0; i < own.Input.Count; i++)
                {
                    own.Input[i] = _rounded.GetValueOrDefault(own.Input[i], own.Input[i]);
                }
            }

            if (byNode.TryGetValue(node, out var layer))
            {
                WriteWeight(layer, own, write);
            }

            write.NewNodes.Add(own);
            foreach (var output in node.Output.Where(region.Tensors.ContainsKey))
            {
                Round(output, write);
            }
        }

        _rewrite.SetNodes(write);
        return _rewrite.Finish();
    }

    // A tensor that an integer kernel makes keeps its name behind the rounding: whatever reads it need not be touched.
    private void Round(string tensor, GraphWriter write)
    {
        var (kind, grid) = (region.Tensors[tensor], _grids[region.Tensors[tensor].Root]);
        var scale = write.Scalar(grid.Scale);
        var zero = write.Shared<byte>("z", DataType.Uint8, [grid.ZeroPoint]);
        var source = tensor;
        if (kind.IsMade)
        {
            var maker = write.NewNodes[^1];
            source = write.NewName(tensor);
            maker.Output[maker.Output.IndexOf(tensor)] = source;
        }

        var rounded = write.Node("QuantizeLinear", [source, scale, zero]);
        _eightBits.Add(tensor, rounded);
        if (!kind.IsMade)
        {
            _rounded.Add(tensor, write.Node("DequantizeLinear", [rounded, scale, zero]));
        }
        else if (region.IsReadAsNumbers(tensor))
        {
            write.NodeTo(tensor, "DequantizeLinear", [rounded, scale, zero]);
        }
    }

    // Codes are moved in the place of the numbers that they stand for, which follow for whoever reads them.
    private void Move(NodeProto node, NodeProto own, GraphWriter write)
    {
        var (output, grid) = (node.Output[0], _grids[region.Tensors[node.Input[0]].Root]);
        var zero = write.Shared<byte>("z", DataType.Uint8, [grid.ZeroPoint]);
        var codes = write.NewName(output);
        own.Input[0] = _eightBits[node.Input[0]];
        own.Output[0] = codes;
        if (node.Operator() == "Pad" && node.Text("mode", "constant") == "constant")
        {
            var axes = node.InputAt(3);
            own.KeepInputs(2);
            own.Input.Add(zero);
            own.Input.Add(axes is null ? [] : [axes]);
        }

        write.NewNodes.Add(own);
        _eightBits.Add(output, codes);
        if (region.IsReadAsNumbers(output))
        {
            write.NodeTo(output, "DequantizeLinear", [codes, write.Scalar(grid.Scale), zero]);
        }
    }

    private void WriteWeight(IntegerLayer layer, NodeProto own, GraphWriter write)
    {
        var input = _grids[region.Tensors[layer.Layer.Node.Input[0]].Root].Scale;
        var before = write.Bytes;
        var weight = IntegerWeight.Of(layer.Tensor, layer.Axis, layer.Bias, input);
        var axis = GraphWriter.Attribute("axis", (long)Array.FindIndex(layer.Axis.ScaleDims, extent => extent != 1));
        var (channels, attributes) = weight.Scales.Length == 1 ? ((long[])[], (AttributeProto[])[]) : ([weight.Scales.Length], [axis]);
        var codes = write.Raw<sbyte>("w", DataType.Int8, weight.Codes, layer.Tensor.Dims);
        var zeros = write.Shared<sbyte>("z", DataType.Int8, new sbyte[weight.Scales.Length], channels);
        own.Input[1] = write.Node("DequantizeLinear", [codes, write.Raw<float>("s", DataType.Float, weight.Scales, channels), zeros], attributes);
        // It is in the bias.
        own.RemoveAttribute("beta");
        if (weight.Bias is not null)
        {
            float[] steps = Array.ConvertAll(weight.Scales, scale => IntegerWeight.Step(scale, input));
            var bias = write.Raw<int>("b", DataType.Int32, weight.Bias, weight.Bias.Length);
            own.Input[2] = write.Node("DequantizeLinear", [bias, write.Raw<float>("s", DataType.Float, steps, channels)],
                channels.Length == 0 ? [] : [GraphWriter.Attribute("axis", 0L)]);
        }

        _codes.Add(layer.Layer.Weight, codes);
        _bytes.Add(layer.Layer.Weight, write.Bytes - before);
    }
}
