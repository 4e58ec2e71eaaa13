namespace ModelOptimizer.Onnx.Graphs;

/// <summary>Attributes of a node by name, and inputs by place.</summary>
internal static class NodeAttributes
{
    /// <summary>The operator's name when it is one of ONNX's own; null for other domains.</summary>
    public static string? Operator(this NodeProto node) => node.Domain is "" or "ai.onnx" ? node.OpType : null;

    /// <summary>The attribute called <paramref name="name"/>; null when it is absent.</summary>
    public static AttributeProto? Attribute(this NodeProto node, string name) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name);

    /// <summary>An integer, or <paramref name="absent"/>.</summary>
    public static long Int(this NodeProto node, string name, long absent) => node.Attribute(name)?.I ?? absent;

    /// <summary>A number, or <paramref name="absent"/>.</summary>
    public static float Float(this NodeProto node, string name, float absent) => node.Attribute(name)?.F ?? absent;

    /// <summary>A text, or <paramref name="absent"/>.</summary>
    public static string Text(this NodeProto node, string name, string absent) => node.Attribute(name)?.S.ToStringUtf8() ?? absent;

    /// <summary>A list of integers; null when it is absent.</summary>
    public static long[]? Ints(this NodeProto node, string name) => node.Attribute(name)?.Ints.ToArray();

    /// <summary>The input at <paramref name="index"/>; null when it is absent or left out by an empty name.</summary>
    public static string? InputAt(this NodeProto node, int index) => index < node.Input.Count && node.Input[index].Length > 0 ? node.Input[index] : null;

    /// <summary>Removes the attribute called <paramref name="name"/>, if there is one.</summary>
    public static void RemoveAttribute(this NodeProto node, string name)
    {
        if (node.Attribute(name) is { } found)
        {
            node.Attribute.Remove(found);
        }
    }

    /// <summary>Gives the attribute another value; it stands behind all others then.</summary>
    public static void SetAttribute(this NodeProto node, AttributeProto attribute)
    {
        node.RemoveAttribute(attribute.Name);
        node.Attribute.Add(attribute);
    }

    /// <summary>Removes all inputs but the first <paramref name="count"/>.</summary>
    public static void KeepInputs(this NodeProto node, int count)
    {
        while (node.Input.Count > count)
        {
            node.Input.RemoveAt(count);
        }
    }
}
