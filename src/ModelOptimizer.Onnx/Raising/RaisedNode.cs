using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Onnx.Raising;

/// <summary>A node on its way to a later opset: what a rule knows about it, and how it changes it.</summary>
/// <param name="proto">The node, which is changed.</param>
/// <param name="from">The version of ONNX's operators that it was written in.</param>
/// <param name="graph">Writes the new graph.</param>
/// <param name="facts">What is known about tensors.</param>
/// <param name="isRead">Whether something reads a tensor.</param>
internal sealed class RaisedNode(NodeProto proto, long from, GraphWriter graph, TensorFacts facts, Func<string, bool> isRead)
{
    private bool _isPlaced;

    /// <summary>The node.</summary>
    public NodeProto Proto => proto;

    /// <summary>The version that it was written in.</summary>
    public long From => from;

    /// <summary>Writes nodes around it: before, until <see cref="Place"/>, and after.</summary>
    public GraphWriter Graph => graph;

    /// <summary>Applies the operator's rule and puts the node into the graph.</summary>
    /// <exception cref="RefusedNodeException">There is no rule, or it cannot be followed.</exception>
    public void Raise()
    {
        if (proto.Operator() is { } name)
        {
            if (from < Opsets.NoConsumedInputs)
            {
                proto.RemoveAttribute("consumed_inputs");
            }

            var rule = RaisingCatalogue.Find(name) ?? throw Refusal("not an operator of ONNX that is known here");
            if (rule != RaisingCatalogue.Keep)
            {
                Check();
                rule(this);
            }
        }

        if (!_isPlaced)
        {
            Place();
        }
    }

    /// <summary>Puts the node behind what was written so far.</summary>
    public void Place()
    {
        graph.NewNodes.Add(proto);
        _isPlaced = true;
    }

    /// <summary>Why the node cannot be raised, in words that follow its name.</summary>
    public static RefusedNodeException Refusal(string reason) => new(reason);

    /// <summary>Takes an attribute off the node; null where it has none.</summary>
    public AttributeProto? Take(string name)
    {
        var attribute = proto.Attribute(name);
        proto.RemoveAttribute(name);
        return attribute;
    }

    /// <summary>Makes an input of a list of integers. An empty one says what none says.</summary>
    public void ToInput(string attribute, int input)
    {
        if (Take(attribute)?.Ints is { Count: > 0 } values)
        {
            SetInput(input, graph.Constant([.. values]));
        }
    }

    /// <summary>Gives the node an input; those before it that it does not have are left out.</summary>
    public void SetInput(int index, string name)
    {
        while (proto.Input.Count <= index)
        {
            proto.Input.Add("");
        }

        proto.Input[index] = name;
    }

    /// <summary>Writes down an attribute whose default was another.</summary>
    public void SetAbsent(AttributeProto attribute)
    {
        if (proto.Attribute(attribute.Name) is null)
        {
            proto.Attribute.Add(attribute);
        }
    }

    /// <summary>Number of axes of an input; null where that is unknown.</summary>
    public int? Rank(int input) => facts.Rank(proto.InputAt(input));

    /// <summary>The same.</summary>
    /// <exception cref="RefusedNodeException">It is unknown.</exception>
    public int KnownRank(int input) => Rank(input) ?? throw Refusal($"the rank of its input {input} is unknown");

    /// <summary>The numbers of an input that is the same in every run; null of another.</summary>
    public double[]? Constant(int input)
    {
        if (facts.Constant(proto.InputAt(input)) is not { } constant)
        {
            return null;
        }

        return (DataType)constant.Tensor.DataType is DataType.Int64 or DataType.Int32
            ? Array.ConvertAll(constant.Integers(), number => (double)number)
            : WeightValues.Defect(constant.Tensor) is null ? WeightValues.ReadDoubles(constant.Tensor) : null;
    }

    /// <summary>Whether something reads an output.</summary>
    public bool IsRead(int output) => output < proto.Output.Count && proto.Output[output].Length > 0 && isRead(proto.Output[output]);

    /// <summary>A scalar of the element type of the first input.</summary>
    /// <returns>Null where the type has no such number: it is then no bound.</returns>
    /// <exception cref="RefusedNodeException">The type is unknown.</exception>
    public string? Number(float value)
    {
        var type = facts.FloatType(proto.InputAt(0)) ?? throw Refusal("the element type of its input 0 is unknown");
        return !WeightValues.Fits(type, [value]) ? null : (DataType)type switch
        {
            DataType.Double => graph.Shared<double>("w", DataType.Double, [value]),
            DataType.Float16 => graph.Shared<Half>("w", DataType.Float16, [(Half)value]),
            DataType.Bfloat16 => graph.Shared<ushort>("w", DataType.Bfloat16, [BFloat16.FromDouble(value)]),
            _ => graph.Scalar(value),
        };
    }

    private void Check()
    {
        if (proto.Input.Count == 0 || proto.Output.Count == 0)
        {
            throw Refusal("it has no input or no output");
        }

        if (proto.Attribute.Any(attribute => attribute.RefAttrName.Length > 0))
        {
            throw Refusal("its attributes are those of the function around it");
        }
    }
}

/// <summary>A node that cannot be written in a later opset; the message says why.</summary>
internal sealed class RefusedNodeException(string reason) : Exception(reason);
