using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Tensors.Tests.Gradients.Reference;

/// <summary>A whole graph of constants in float64.</summary>
internal sealed class ReferenceGraph(GraphProto graph, long opset)
{
    private readonly Dictionary<string, Real> _constants = graph.Initializer.ToDictionary(tensor => tensor.Name, Read, StringComparer.Ordinal);

    /// <summary>The initialiser called <paramref name="name"/>; to change it is to change the next run.</summary>
    public Real this[string name] => _constants[name];

    public Real Run(string output)
    {
        var values = new Dictionary<string, Real>(_constants, StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            var results = ReferenceOperators.Run(node, [.. node.Input.Select(input => values[input])], opset);
            foreach (var (name, result) in node.Output.Zip(results))
            {
                values[name] = result;
            }
        }

        return values[output];
    }

    private static Real Read(TensorProto tensor) => ElementTypes.IsFloat(tensor.DataType)
        ? new Real([.. tensor.Dims], WeightValues.ReadDoubles(tensor))
        : new Real([.. tensor.Dims], Array.ConvertAll(new ConstantTensor(tensor.Name, tensor, Node: null).Integers(), value => (double)value));
}
