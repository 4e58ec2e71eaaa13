namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>
/// The cores of a tensor train. Products of constants rebuild the weight, which runtimes compute once, when they load the model; or, where a bond lies between rows and
/// columns, the two factors W = A·B, which are applied one after the other.
/// </summary>
/// <param name="Train">The train of W.</param>
/// <param name="Value">W, the train multiplied out.</param>
/// <param name="OnActivations">Whether the factors are applied to the layer's input instead of being multiplied.</param>
internal sealed record TensorTrainForm(TensorTrain Train, Matrix Value, bool OnActivations = false) : WeightForm(Value)
{
    // Until then a Reshape had its shape in an attribute.
    private const long FirstOpsetWithShapeInput = 5;

    // Until then a Cast had its type's name in the attribute.
    private const long FirstOpsetWithTypeNumber = 6;

    // Until then Gemm had to have a C, which the first factor does not want.
    private const long FirstOpsetWithoutC = 11;

    public override long Elements => Train.Parameters;

    public override string? Obstacle(WeightLayer layer, long opset)
    {
        var first = CoreProduct.IsNarrow(layer) ? FirstOpsetWithTypeNumber : FirstOpsetWithShapeInput;
        if (opset < first)
        {
            return $"its weight cannot be rebuilt from cores in opset {opset}; that takes opset {first}";
        }

        if (!OnActivations)
        {
            return null;
        }

        return Train.RowCores(Value.Rows) is null ? "none of its modes' products is the number of outputs, so that it is not a product of two factors"
            : layer.Window?.Group > 1 ? "its channels are in groups, which have no common factor"
            : null;
    }

    public override void Write(WeightParts parts)
    {
        if (OnActivations)
        {
            WriteFactors(parts, Train.RowCores(Value.Rows)!.Value);
            return;
        }

        var dims = parts.Layer.Kind == LayerKind.Conv ? parts.Layer.WeightShape : [Value.Rows, Value.Columns];
        var weight = CoreProduct.Build(parts, Train, 0, Train.Cores.Count, dims);
        parts.Nodes.Add(RowsFirst(Reading(parts.Layer, AsOperand(parts, weight, "_t"))));
    }

    private void WriteFactors(WeightParts parts, int rowCores)
    {
        var layer = parts.Layer;
        var bond = Train.Cores[rowCores].Rows / Train.Modes[rowCores];
        var isConv = layer.Kind == LayerKind.Conv;
        var inner = CoreProduct.Build(parts, Train, rowCores, Train.Cores.Count, isConv ? [bond, .. layer.WeightShape[1..]] : [bond, Value.Columns]);
        var outer = CoreProduct.Build(parts, Train, 0, rowCores, isConv ? [Value.Rows, bond, .. layer.WeightShape[2..].Select(_ => 1L)] : [Value.Rows, bond]);

        var first = RowsFirst(Reading(layer, AsOperand(parts, inner, "_b")));
        Trim(first, 2);
        first.Name = parts.NodeName("_b");
        first.Output[0] = parts.OutputName("_b");
        if (layer.Kind == LayerKind.Gemm)
        {
            Remove(first, "alpha");
            Remove(first, "beta");
            if (parts.Opset < FirstOpsetWithoutC)
            {
                first.Input.Add(parts.Numbers("_zero", [1], [0]));
            }
        }

        var second = RowsFirst(Reading(layer, AsOperand(parts, outer, "_a")));
        second.Input[0] = first.Output[0];
        Remove(second, "transA");
        if (isConv)
        {
            second.Attribute.Clear();
        }

        parts.Nodes.AddRange([first, second]);
    }

    // A MatMul's second operand has a column per output; a Gemm can be told that it has a row.
    private static string AsOperand(WeightParts parts, string rows, string suffix) => parts.Layer.Kind == LayerKind.MatMul ? parts.Node("Transpose", suffix, rows) : rows;

    private static NodeProto RowsFirst(NodeProto node)
    {
        if (node.Operator() == "Gemm")
        {
            Remove(node, "transB");
            node.Attribute.Add(new AttributeProto { Name = "transB", Type = AttributeProto.Types.AttributeType.Int, I = 1 });
        }

        return node;
    }

    private static void Trim(NodeProto node, int inputs)
    {
        while (node.Input.Count > inputs)
        {
            node.Input.RemoveAt(inputs);
        }
    }

    private static void Remove(NodeProto node, string attribute)
    {
        if (node.Attribute(attribute) is { } found)
        {
            node.Attribute.Remove(found);
        }
    }
}
