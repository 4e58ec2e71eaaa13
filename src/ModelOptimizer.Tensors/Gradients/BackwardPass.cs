using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>One walk from the loss back to what is trained: the chain rule over the nodes of a graph in reverse order.</summary>
internal sealed class BackwardPass
{
    private readonly OnnxModel _model;
    private readonly IReadOnlyDictionary<string, long[]> _shapes;
    private readonly HashSet<string> _wanted;
    private readonly ConstantLookup _constants;
    private readonly Dictionary<string, List<string>> _gradients = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _repeated = new(StringComparer.Ordinal);

    public BackwardPass(GraphWriter graph, IReadOnlyDictionary<string, long[]> shapes, IReadOnlyCollection<string> parameters)
    {
        Graph = graph;
        _model = graph.Model;
        _shapes = shapes;
        _constants = new ConstantLookup(_model.Graph);
        _wanted = Dependent(_model.Graph, parameters);
    }

    public GraphWriter Graph { get; }

    /// <summary>What the graph alone tells: whether operators between <paramref name="parameters"/> and <paramref name="outputs"/> have gradients.</summary>
    /// <exception cref="DiagnosticException">One has none (MOC2305).</exception>
    public static void RequireRules(OnnxModel model, IReadOnlyCollection<string> parameters, IEnumerable<string> outputs)
    {
        var (dependent, needed) = (Dependent(model.Graph, parameters), outputs.ToHashSet(StringComparer.Ordinal));
        foreach (var node in model.Graph.Node.Reverse().Where(node => node.Output.Any(needed.Contains)))
        {
            // Indices, conditions and shapes get no gradient.
            needed.UnionWith(node.Operator() switch
            {
                "Gather" or "GatherElements" or "GatherND" or "Reshape" or "Expand" or "Tile" or "Slice" or "Pad" or "Unsqueeze" or "Squeeze" or "Resize"
                    or "Split" or "ReduceSum" => node.Input.Take(1),
                "Where" => node.Input.Skip(1),
                "ScatterND" or "ScatterElements" => node.Input.Where((_, index) => index != 1),
                _ when GradientCatalogue.IsConstant(node) => [],
                _ => node.Input,
            });
            if (node.Input.Any(dependent.Contains) && !GradientCatalogue.IsConstant(node) && !RecurrentCells.IsCell(node)
                && GradientCatalogue.Find(node.Operator()) is null)
            {
                throw NoRule(model, node);
            }
        }
    }

    /// <summary>Walks from <paramref name="loss"/>, a scalar.</summary>
    /// <exception cref="DiagnosticException">An operator on the way has no gradient (MOC2305).</exception>
    public void Run(string loss)
    {
        var forward = _model.Graph.Node.ToList();
        Add(loss, Graph.Ones(ShapeOf(loss)));
        foreach (var node in Enumerable.Reverse(forward))
        {
            if (
                !node.Output.Any(output => output.Length > 0 && _gradients.ContainsKey(output))
                || !node.Input.Any(_wanted.Contains)
                || GradientCatalogue.IsConstant(node)
            )
            {
                continue;
            }

            var rule = GradientCatalogue.Find(node.Operator()) ?? throw NoRule(_model, node);
            rule(new BackwardNode(this, node));
        }
    }

    /// <summary>Whether <paramref name="tensor"/> depends on something that is trained.</summary>
    public bool Wants(string tensor) => _wanted.Contains(tensor);

    /// <summary>The gradient of the loss by <paramref name="tensor"/>, all uses summed; null where the loss does not depend on it.</summary>
    public string? GradientOf(string tensor)
    {
        if (!_gradients.TryGetValue(tensor, out var parts))
        {
            return null;
        }

        if (parts.Count > 1)
        {
            // A sum repeats what is one number for many elements by itself, beside a part that is not.
            var isAnyWhole = parts.Any(part => Repeated(part) is null);
            _gradients[tensor] = parts = [Graph.Node("Sum", parts.Select(part => isAnyWhole ? Repeated(part) ?? part : part))];
        }

        return parts[0];
    }

    /// <summary>What <paramref name="gradient"/> is the repetition of, by <see cref="Repeat"/>; null where it is none.</summary>
    public string? Repeated(string gradient) => _repeated.GetValueOrDefault(gradient);

    /// <summary>A gradient that is one number for many elements, in the shape of them all.</summary>
    public string Repeat(string gradient, long[] shape)
    {
        var repeated = Graph.Node("Expand", [gradient, Graph.Constant(shape)]);
        _repeated[repeated] = gradient;
        return repeated;
    }

    public void Add(string tensor, string gradient) => (_gradients.TryGetValue(tensor, out var parts) ? parts : _gradients[tensor] = []).Add(gradient);

    /// <exception cref="DiagnosticException">The shape is not known.</exception>
    public long[] ShapeOf(string tensor) =>
        _shapes.TryGetValue(tensor, out var shape)
            ? shape
            : throw new DiagnosticException(
                TensorsCodes.NoGradient,
                $"the shape of the tensor '{tensor}' is not known, so the model cannot be trained. Check that the model runs in ONNX Runtime on zeros.",
                Position
            );

    /// <summary>The constant called <paramref name="tensor"/>; null when that is not a constant.</summary>
    public TensorProto? Constant(string tensor) => _constants.Find(tensor)?.Tensor;

    public long[] ConstantIntegers(string tensor, NodeProto reader) => _constants.Find(tensor) is { } constant
        ? constant.Integers()
        : throw NoGradient(reader, $"the {Describe(reader)} node computes its '{tensor}' from data instead of having it as a constant");

    /// <summary>The error of a node that stands between weights and loss and cannot be differentiated.</summary>
    public DiagnosticException NoGradient(NodeProto node, string reason) => NoGradient(_model, node, reason);

    private static DiagnosticException NoRule(OnnxModel model, NodeProto node) =>
        NoGradient(model, node, $"no gradient is known for the operator {Describe(node)}");

    private static DiagnosticException NoGradient(OnnxModel model, NodeProto node, string reason) =>
        new(
            TensorsCodes.NoGradient,
            $"the node '{(node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault())}' stands between trained weights and the loss, and {reason}. Train "
                + "only layers behind it ('layers'), or replace it in the model.",
            model.Path is null ? null : new SourcePosition(model.Path)
        );

    private SourcePosition? Position => _model.Path is null ? null : new SourcePosition(_model.Path);

    private static string Describe(NodeProto node) => node.Domain.Length > 0 ? $"{node.Domain}.{node.OpType}" : node.OpType;

    private static HashSet<string> Dependent(GraphProto graph, IReadOnlyCollection<string> parameters)
    {
        var dependent = parameters.ToHashSet(StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            if (!GradientCatalogue.IsConstant(node) && node.Input.Any(dependent.Contains))
            {
                dependent.UnionWith(node.Output.Where(output => output.Length > 0));
            }
        }

        return dependent;
    }
}
