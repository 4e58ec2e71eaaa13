namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Follows a tensor through nodes of the main graph that alone read what comes before them.</summary>
internal sealed class Passages
{
    private readonly TensorUses _uses;
    private readonly ConstantLookup _constants;
    private readonly HashSet<NodeProto> _main;
    private readonly HashSet<string> _outputs;
    private readonly HashSet<string> _given;
    private readonly long _opset;

    public Passages(OnnxModel model)
    {
        _uses = new TensorUses(model.Proto);
        _constants = new ConstantLookup(model.Graph);
        _main = new HashSet<NodeProto>(model.Graph.Node, ReferenceEqualityComparer.Instance);
        _outputs = model.Graph.Output.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        _given = GivenTensors.Of(model.Proto);
        _opset = model.Opset;
    }

    /// <summary>Whether <paramref name="tensor"/> is an output of the model.</summary>
    public bool IsOutput(string tensor) => _outputs.Contains(tensor);

    /// <summary>The node of the main graph that alone reads <paramref name="tensor"/>, as its first input; null when there is none.</summary>
    public NodeProto? Reader(string tensor) => _uses.OnlyReader(tensor) is { } node && _main.Contains(node) && node.Input[0] == tensor ? node : null;

    /// <summary>What <paramref name="node"/> does to its first input; null when that is none of the known things.</summary>
    public Passage? Of(NodeProto node)
    {
        // A second output (Dropout's mask) that somebody reads would be lost on the way.
        if (node.Output.Count == 0 || node.Output.Skip(1).Any(output => output.Length > 0 && _uses.Of(output) > 0))
        {
            return null;
        }

        return node.Operator() switch
        {
            "Identity" => Passage.Same,
            "Dropout" when IsInference(node) => Passage.Same,
            "Flatten" or "Squeeze" or "Unsqueeze" or "Reshape" when node.Input.Skip(1).All(IsConstant) => Passage.Shape,
            "Relu" => Passage.Relu,
            "Softmax" or "LogSoftmax" => Passage.Probabilities,
            _ => null,
        };
    }

    private bool IsConstant(string name) => name.Length == 0 || (_constants.Find(name) is not null && !_given.Contains(name));

    private bool IsInference(NodeProto node)
    {
        if (_opset < Opsets.DropoutOnlyTrains)
        {
            return node.Int("is_test", 0) != 0;
        }

        return node.InputAt(2) is not { } training
            || (IsConstant(training) && _constants[training] is { } tensor && tensor.RawData.All(part => part == 0) && tensor.Int32Data.All(part => part == 0));
    }
}

/// <summary>What a node does to the tensor that passes through it.</summary>
internal enum Passage
{
    /// <summary>Nothing: Identity, or Dropout in inference.</summary>
    Same,

    /// <summary>Another shape, the numbers and their order as they were.</summary>
    Shape,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>Softmax or its logarithm.</summary>
    Probabilities,
}
