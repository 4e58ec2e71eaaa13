using ModelOptimizer.Onnx.Graphs;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>
/// A float16 model that computes in float32, with the same names: what is trained in its place. Its inputs stay as they are and are cast first. Training rounds
/// its weights to float16, and moves float32 copies of them, since small steps vanish in float16 (Micikevicius et al., arXiv 1710.03740, section 3.1).
/// </summary>
internal static class SinglePrecision
{
    private const int Half = (int)DataType.Float16;
    private const int Single = (int)DataType.Float;

    /// <summary>Whether a node that runs reads float16 numbers of the file; what is made of such when the model is loaded stays.</summary>
    public static bool IsNeeded(OnnxModel model)
    {
        var constants = new ConstantLookup(model.Graph);
        var loadTime = new LoadTimeNodes(model.Proto);
        return model.Graph.Node.Where(node => !loadTime.Contains(node)).SelectMany(node => node.Input).Any(name => IsHalf(constants, name));
    }

    /// <summary>A clone of <paramref name="model"/> in float32.</summary>
    public static OnnxModel Of(OnnxModel model)
    {
        var result = model.Clone();
        var weights = result.Graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        List<string> inputs =
            [.. result.Graph.Input.Where(input => ElementType(input) == Half && !weights.Contains(input.Name)).Select(input => input.Name)];
        foreach (var graph in GraphWalk.Graphs(result.Proto))
        {
            foreach (var tensor in graph.Initializer)
            {
                Widen(tensor);
            }

            foreach (var info in graph.Output.Concat(graph.ValueInfo).Concat(graph.Input.Where(input => !inputs.Contains(input.Name))))
            {
                if (ElementType(info) == Half)
                {
                    info.Type.TensorType.ElemType = Single;
                }
            }
        }

        foreach (var attribute in GraphWalk.Nodes(result.Proto).SelectMany(node => node.Attribute))
        {
            if (attribute.T is { } tensor)
            {
                Widen(tensor);
            }

            // Of Cast, and of what makes numbers.
            if (attribute.Name is "to" or "dtype" && attribute.I == Half)
            {
                attribute.I = Single;
            }
        }

        CastInputs(result, inputs);
        return result;
    }

    /// <summary>The names of float16 constants of <paramref name="model"/> among <paramref name="names"/>.</summary>
    public static IEnumerable<string> Halves(OnnxModel model, IEnumerable<string> names)
    {
        var constants = new ConstantLookup(model.Graph);
        return names.Where(name => IsHalf(constants, name));
    }

    private static void CastInputs(OnnxModel model, IReadOnlyList<string> inputs)
    {
        var editor = new GraphEditor(model);
        var casts = inputs.ToDictionary(name => name, name => editor.UniqueName(name + "_single"), StringComparer.Ordinal);
        // Names of functions are their own.
        foreach (var node in GraphWalk.WithSubGraphs(model.Graph).SelectMany(graph => graph.Node))
        {
            for (var i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = casts.GetValueOrDefault(node.Input[i], node.Input[i]);
            }
        }

        foreach (var (name, cast) in casts)
        {
            var node = new NodeProto { OpType = "Cast", Name = cast, Input = { name }, Output = { cast } };
            node.Attribute.Add(GraphWriter.Attribute("to", (long)Single));
            model.Graph.Node.Insert(0, node);
        }
    }

    private static bool IsHalf(ConstantLookup constants, string name) => constants.Find(name)?.Tensor.DataType == Half;

    private static int ElementType(ValueInfoProto info) => info.Type?.TensorType?.ElemType ?? 0;

    private static void Widen(TensorProto tensor)
    {
        if (tensor.DataType == Half && WeightValues.Defect(tensor) is null)
        {
            var wide = WeightValues.Create(tensor.Name, Single, [.. tensor.Dims], WeightValues.ReadDoubles(tensor));
            (tensor.DataType, tensor.RawData) = (Single, wide.RawData);
            tensor.Int32Data.Clear();
        }
    }
}
