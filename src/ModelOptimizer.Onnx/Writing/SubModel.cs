namespace ModelOptimizer.Onnx.Writing;

/// <summary>A part of a model as a model of its own.</summary>
internal static class SubModel
{
    /// <summary>
    /// What computes <paramref name="output"/> from <paramref name="input"/> and constants; null when that also needs other inputs, or does not need this one.
    /// </summary>
    /// <param name="model">The whole model.</param>
    /// <param name="input">The tensor that becomes the only input.</param>
    /// <param name="shape">Its shape, fixed.</param>
    /// <param name="elementType">Its element type, a <c>TensorProto.DataType</c> value; the output has the same.</param>
    /// <param name="output">The tensor that becomes the only output.</param>
    public static OnnxModel? Extract(OnnxModel model, string input, IReadOnlyList<long> shape, int elementType, string output)
    {
        var graph = model.Graph;
        var producers = graph
            .Node.SelectMany((node, index) => node.Output.Where(name => name.Length > 0).Select(name => (name, index)))
            .ToDictionary(pair => pair.name, pair => pair.index, StringComparer.Ordinal);
        var weights = graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        var nodes = new SortedSet<int>();
        var constants = new HashSet<string>(StringComparer.Ordinal);
        var reached = false;
        var open = new Stack<string>([output]);
        while (open.TryPop(out var name))
        {
            if (name == input)
            {
                reached = true;
            }
            else if (weights.Contains(name))
            {
                constants.Add(name);
            }
            else if (
                !producers.TryGetValue(name, out var index)
                || graph.Node[index].Attribute.Any(attribute => attribute.G is not null || attribute.Graphs.Count > 0)
            )
            {
                return null;
            }
            else if (nodes.Add(index))
            {
                graph.Node[index].Input.Where(needed => needed.Length > 0).ToList().ForEach(open.Push);
            }
        }

        return reached ? Build(model, nodes, constants, Value(input, elementType, shape), Value(output, elementType, null)) : null;
    }

    private static OnnxModel Build(OnnxModel model, IEnumerable<int> nodes, HashSet<string> constants, ValueInfoProto input, ValueInfoProto output)
    {
        var part = new GraphProto { Name = "part" };
        part.Node.Add(nodes.Select(index => model.Graph.Node[index].Clone()));
        part.Initializer.Add(model.Graph.Initializer.Where(tensor => constants.Contains(tensor.Name)).Select(tensor => tensor.Clone()));
        part.Input.Add(input);
        part.Output.Add(output);
        var proto = new ModelProto { IrVersion = model.Proto.IrVersion, Graph = part };
        proto.OpsetImport.Add(model.Proto.OpsetImport.Select(import => import.Clone()));
        proto.Functions.Add(model.Proto.Functions.Select(function => function.Clone()));
        // Before IR version 4 every weight is an input as well.
        if (proto.IrVersion < 4)
        {
            part.Input.Add(part.Initializer.Select(tensor => Value(tensor.Name, tensor.DataType, tensor.Dims)));
        }

        return new OnnxModel(proto);
    }

    private static ValueInfoProto Value(string name, int elementType, IReadOnlyList<long>? shape)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = elementType };
        if (shape is not null)
        {
            tensor.Shape = new TensorShapeProto();
            tensor.Shape.Dim.Add(shape.Select(extent => new TensorShapeProto.Types.Dimension { DimValue = extent }));
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
