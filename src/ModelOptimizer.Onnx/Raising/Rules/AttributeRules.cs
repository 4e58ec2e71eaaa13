using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Writing;

namespace ModelOptimizer.Onnx.Raising;

/// <summary>Attributes that became inputs.</summary>
internal static class AttributeRules
{
    public static readonly Dictionary<string, RaisingRule> All = new(StringComparer.Ordinal)
    {
        ["Clip"] = Clip,
        ["Dropout"] = Dropout,
        ["Pad"] = Pad,
        ["ReduceSum"] = node => node.ToInput("axes", 1),
        ["Reshape"] = Reshape,
        ["Slice"] = Slice,
        ["Split"] = Split,
        ["Squeeze"] = node => node.ToInput("axes", 1),
        ["TopK"] = TopK,
        ["Unsqueeze"] = Unsqueeze,
    };

    private static void Clip(RaisedNode node)
    {
        Bound("min", 1, float.MinValue);
        Bound("max", 2, float.MaxValue);

        // The largest number of all is the default, before and after, and in types that do not reach it there is nothing to clip.
        void Bound(string attribute, int input, float absent)
        {
            if (node.Take(attribute)?.F is { } bound && bound != absent && node.Number(bound) is { } name)
            {
                node.SetInput(input, name);
            }
        }
    }

    private static void Pad(RaisedNode node)
    {
        var pads = node.Take("pads") ?? node.Take("paddings");
        if (pads is null)
        {
            return;
        }

        node.SetInput(1, node.Graph.Constant([.. pads.Ints]));
        if (node.Take("value")?.F is not (null or 0) and { } value && node.Proto.Text("mode", "constant") == "constant")
        {
            node.SetInput(2, node.Number(value) ?? throw RaisedNode.Refusal($"its type has no number {value}"));
        }
    }

    private static void Reshape(RaisedNode node)
    {
        if (node.From < Opsets.ReshapeInput)
        {
            node.SetInput(1, node.Graph.Constant([.. node.Take("shape")?.Ints ?? throw RaisedNode.Refusal("it has no shape")]));
        }
    }

    private static void Slice(RaisedNode node)
    {
        if (node.From < Opsets.SliceInputs)
        {
            node.ToInput("starts", 1);
            node.ToInput("ends", 2);
            node.ToInput("axes", 3);
        }
    }

    private static void TopK(RaisedNode node)
    {
        if (node.Take("k") is { } count)
        {
            node.SetInput(1, node.Graph.Constant(count.I));
        }
    }

    private static void Unsqueeze(RaisedNode node) => node.SetInput(1, node.Graph.Constant([.. node.Take("axes")?.Ints ?? []]));

    // The first version had no default for its axis, and took lengths as numbers of the input's type too.
    private static void Split(RaisedNode node)
    {
        if (node.From < Opsets.SplitAxis)
        {
            if (node.Proto.Attribute("axis") is null)
            {
                throw RaisedNode.Refusal("it has no axis");
            }

            if (node.Proto.InputAt(1) is not null)
            {
                var lengths = node.Constant(1) ?? throw RaisedNode.Refusal("its lengths are not constant");
                node.SetInput(1, node.Graph.Constant(Array.ConvertAll(lengths, length => (long)length)));
            }
        }

        node.ToInput("split", 1);
    }

    private static void Dropout(RaisedNode node)
    {
        if (node.From >= Opsets.DropoutInputs)
        {
            return;
        }

        if (node.IsRead(1))
        {
            throw RaisedNode.Refusal("its mask is read, which said nothing when a model runs");
        }

        while (node.Proto.Output.Count > 1)
        {
            node.Proto.Output.RemoveAt(1);
        }

        if (node.Take("ratio") is { } ratio)
        {
            node.SetInput(1, node.Graph.Scalar(ratio.F));
        }

        var isTest = node.Take("is_test")?.I is not (null or 0);
        if (node.From < Opsets.DropoutOnlyTrains && !isTest)
        {
            node.SetInput(2, node.Graph.Shared<bool>("b", TensorProto.Types.DataType.Bool, [true]));
        }
    }
}
