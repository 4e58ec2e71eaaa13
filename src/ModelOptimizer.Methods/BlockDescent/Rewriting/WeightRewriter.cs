using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Puts new weights and biases into a graph.</summary>
internal static class WeightRewriter
{
    /// <summary>A clone of <paramref name="model"/> with <paramref name="updates"/>, none of whose forms has an obstacle.</summary>
    public static OnnxModel Apply(OnnxModel model, IReadOnlyList<LayerUpdate> updates)
    {
        var result = model.Clone();
        var opset = result.Opset;
        var own = LayerFinder.Find(result).ToDictionary(layer => layer.Name, StringComparer.Ordinal);
        var editor = new GraphEditor(result);
        var constants = new ConstantEdit(result);
        foreach (var update in updates)
        {
            var layer = own[update.Layer.Name];
            if (update.Weight.Obstacle(layer, opset) is { } obstacle)
            {
                throw new ArgumentException($"'{layer.Name}': {obstacle}", nameof(updates));
            }

            Replace(update, new WeightParts(layer, editor, opset), editor, constants);
        }

        // Last: a Reshape is the same node only until something takes its place.
        foreach (var resized in updates.SelectMany(update => update.Resized))
        {
            Resize(resized, result, editor, constants);
        }

        editor.Prune();
        return result;
    }

    private static void Replace(LayerUpdate update, WeightParts parts, GraphEditor editor, ConstantEdit constants)
    {
        update.Weight.Write(parts);
        if (update.Bias is not null)
        {
            BiasEdit.Apply(parts, update.Bias, constants);
        }

        foreach (var tensor in parts.Tensors)
        {
            if (tensor.Name == parts.Layer.Weight)
            {
                constants.Replace(tensor.Name, tensor.Dims, WeightValues.ReadDoubles(tensor));
            }
            else
            {
                editor.AddWeight(tensor, parts.Layer.Weight);
            }
        }

        editor.ReplaceNodes([parts.Layer.Node], parts.Nodes);
    }

    private static void Resize(ResizedTensor resized, OnnxModel model, GraphEditor editor, ConstantEdit constants)
    {
        constants.Forget(resized.Name);
        if (resized.Target is not { } target)
        {
            return;
        }

        // The old shape may have other readers.
        var reshape = model.Graph.Node.First(node => node.Output.Contains(resized.Name));
        var shape = new TensorProto { Name = editor.UniqueName(resized.Name + "_shape"), DataType = (int)DataType.Int64 };
        shape.Dims.Add(target.Length);
        shape.Int64Data.AddRange(target);
        editor.AddWeight(shape, reshape.Input[1]);
        reshape.Input[1] = shape.Name;
    }
}
