using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Writing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Onnx.Raising;

/// <summary>Attributes that are gone, have another type or another default, and operators that have another name.</summary>
internal static class ModeRules
{
    // The defaults of Selu had fewer digits.
    private const float SeluAlpha = 1.6732f;
    private const float SeluGamma = 1.0507f;

    public static readonly Dictionary<string, RaisingRule> All = new(StringComparer.Ordinal)
    {
        ["BatchNormalization"] = BatchNormalization,
        ["Cast"] = Cast,
        ["Concat"] = Concat,
        ["GRU"] = AllSteps,
        ["GlobalLpPool"] = WholePower,
        ["LSTM"] = AllSteps,
        ["LpPool"] = LpPool,
        ["MeanVarianceNormalization"] = node => Since(node, Opsets.MeanVarianceNormalization, "its attributes were others while it was an experiment"),
        ["RNN"] = AllSteps,
        ["Scan"] = node => Since(node, Opsets.ScanWithoutBatch, "it goes through a batch of sequences, which it no longer can"),
        ["Scatter"] = node => node.Proto.OpType = "ScatterElements",
        ["Selu"] = Selu,
    };

    private static void Since(RaisedNode node, long opset, string reason)
    {
        if (node.From < opset)
        {
            throw RaisedNode.Refusal(reason);
        }
    }

    private static void BatchNormalization(RaisedNode node)
    {
        var isTest = node.Take("is_test")?.I is not (null or 0);
        if (node.From < Opsets.BatchNormalizationOnlyTrains && !isTest)
        {
            throw RaisedNode.Refusal("it takes mean and variance from the batch (is_test is 0)");
        }

        // With a number for each place of a channel, which is the same where a channel has one place.
        if (node.Take("spatial")?.I == 0 && node.Rank(1) != 1)
        {
            throw RaisedNode.Refusal("it has a mean and a variance for each place (spatial is 0)");
        }
    }

    private static void Cast(RaisedNode node)
    {
        if (node.Proto.Attribute("to") is { Type: AttributeProto.Types.AttributeType.String } word)
        {
            node.Proto.SetAttribute(Enum.TryParse<DataType>(word.S.ToStringUtf8(), ignoreCase: true, out var type) && Enum.IsDefined(type)
                ? GraphWriter.Attribute("to", (long)type)
                : throw RaisedNode.Refusal($"there is no type '{word.S.ToStringUtf8()}'"));
        }
    }

    private static void Concat(RaisedNode node)
    {
        if (node.From < Opsets.ConcatAxis)
        {
            node.SetAbsent(GraphWriter.Attribute("axis", 1L));
        }
    }

    // The output of all steps was there when it was asked for; now it is when it has a name.
    private static void AllSteps(RaisedNode node) => node.Take("output_sequence");

    private static void LpPool(RaisedNode node)
    {
        if (node.Proto.Attribute("kernel_shape") is null)
        {
            throw RaisedNode.Refusal("it has no kernel_shape");
        }

        WholePower(node);
    }

    private static void WholePower(RaisedNode node)
    {
        if (node.From < Opsets.LpInteger && node.Take("p") is { } power)
        {
            node.Proto.Attribute.Add(float.IsInteger(power.F)
                ? GraphWriter.Attribute("p", (long)power.F)
                : throw RaisedNode.Refusal($"its p is {power.F}, which is no integer"));
        }
    }

    private static void Selu(RaisedNode node)
    {
        if (node.From < Opsets.SeluDigits)
        {
            node.SetAbsent(GraphWriter.Attribute("alpha", SeluAlpha));
            node.SetAbsent(GraphWriter.Attribute("gamma", SeluGamma));
        }
    }
}
