namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>
/// The cores of a tensor train. Products of constants rebuild the weight, which runtimes compute once, when they load the model; or, where a bond lies between
/// rows and columns, the two factors W = A·B, which are applied one after the other.
/// </summary>
/// <param name="Train">The train of W.</param>
/// <param name="Value">W, the train multiplied out.</param>
/// <param name="OnActivations">Whether the factors are applied to the layer's input instead of being multiplied.</param>
internal sealed record TensorTrainForm(TensorTrain Train, Matrix Value, bool OnActivations = false) : WeightForm(Value)
{
    public override long Elements => Train.Parameters;

    public override string? Obstacle(WeightLayer layer, long opset)
    {
        var first = LoadTimeProduct.IsNarrow(layer.ElementType) ? Opsets.CastNumber : Opsets.ReshapeInput;
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

    public override void Write(WeightLayer layer, GraphWriter write)
    {
        if (OnActivations)
        {
            WriteFactors(layer, write, Train.RowCores(Value.Rows)!.Value);
            return;
        }

        var dims = layer.Kind == LayerKind.Conv ? layer.WeightShape : [Value.Rows, Value.Columns];
        write.NewNodes.Add(RowsFirst(Reading(layer, AsOperand(layer, write, Product(write, 0, Train.Cores.Count, dims), "_t"))));
    }

    private void WriteFactors(WeightLayer layer, GraphWriter write, int rowCores)
    {
        var bond = Train.Cores[rowCores].Rows / Train.Modes[rowCores];
        var isConv = layer.Kind == LayerKind.Conv;
        var inner = Product(write, rowCores, Train.Cores.Count, isConv ? [bond, .. layer.WeightShape[1..]] : [bond, Value.Columns]);
        var outer = Product(write, 0, rowCores, isConv ? [Value.Rows, bond, .. layer.WeightShape[2..].Select(_ => 1L)] : [Value.Rows, bond]);

        var first = RowsFirst(Reading(layer, AsOperand(layer, write, inner, "_b")));
        first.KeepInputs(2);
        first.Name = write.NewName(layer.Name + "_b");
        first.Output[0] = write.NewName(layer.Node.Output[0] + "_b");
        if (layer.Kind == LayerKind.Gemm)
        {
            first.RemoveAttribute("alpha");
            first.RemoveAttribute("beta");
            if (write.Opset < Opsets.GemmWithoutC)
            {
                first.Input.Add(write.Numbers("_zero", [0], 1));
            }
        }

        var second = RowsFirst(Reading(layer, AsOperand(layer, write, outer, "_a")));
        second.Input[0] = first.Output[0];
        second.RemoveAttribute("transA");
        if (isConv)
        {
            second.Attribute.Clear();
        }

        write.NewNodes.Add(first);
        write.NewNodes.Add(second);
    }

    /// <summary>The name of the product of cores <paramref name="first"/> to <paramref name="end"/> (not included), of shape <paramref name="dims"/>.</summary>
    private string Product(GraphWriter write, int first, int end, long[] dims)
    {
        if (end == first + 1)
        {
            return write.Numbers($"_g{first + 1}", Train.Cores[first].Values, dims);
        }

        long rows = Train.Cores[first].Rows;
        var product = Factor(write, first, [rows, Train.Cores[first].Columns]);
        for (var k = first + 1; k < end; k++)
        {
            // (…·n_{k−1})×r times r×(n_k·r_k), read again as (…·n_{k−1}·n_k)×r_k. A core in the file has the shape it is multiplied in.
            var (bond, next) = (Train.Cores[k - 1].Columns, Train.Cores[k]);
            var width = next.Values.LongLength / bond;
            product = write.Node("MatMul", $"_m{k + 1}", [product, Factor(write, k, [bond, width])]);
            var shape = k + 1 == end ? dims : [-1, next.Columns];
            if (!shape.SequenceEqual([rows, width]))
            {
                product = write.Node("Reshape", $"_r{k + 1}", [product, Shape(write, shape)]);
            }

            rows *= Train.Modes[k];
        }

        return write.Rounded(product, $"_p{end}");
    }

    private string Factor(GraphWriter write, int k, long[] dims) => write.Operand($"_g{k + 1}", $"_f{k + 1}", Train.Cores[k].Values, dims);

    // A MatMul's second operand has a column per output; a Gemm can be told that it has a row.
    private static string AsOperand(WeightLayer layer, GraphWriter write, string rows, string suffix) =>
        layer.Kind == LayerKind.MatMul ? write.Node("Transpose", suffix, [rows]) : rows;

    private static NodeProto RowsFirst(NodeProto node)
    {
        if (node.Operator() == "Gemm")
        {
            node.SetAttribute(GraphWriter.Attribute("transB", 1L));
        }

        return node;
    }
}
