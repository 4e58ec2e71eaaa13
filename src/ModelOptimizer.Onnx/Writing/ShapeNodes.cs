namespace ModelOptimizer.Onnx.Writing;

/// <summary>
/// Nodes whose form depends on the version of ONNX's operators: what is an attribute in one is an input in the next. Written for opset 9 and later.
/// </summary>
internal static class ShapeNodes
{
    /// <summary>A tensor of ones, its shape known.</summary>
    public static string Ones(this GraphWriter graph, long[] shape) => graph.Filled(1, shape);

    /// <summary>A tensor of one value everywhere; only the value and the shape are stored.</summary>
    public static string Filled(this GraphWriter graph, float value, long[] shape) =>
        shape.Length == 0 ? graph.Scalar(value) : graph.Node("Expand", [graph.Scalar(value), graph.Constant(shape)]);

    /// <summary>The same elements in another shape.</summary>
    public static string Reshape(this GraphWriter graph, string tensor, params long[] shape) => graph.Node("Reshape", [tensor, graph.Constant(shape)]);

    /// <summary>Axes in another order.</summary>
    public static string Transpose(this GraphWriter graph, string tensor, params long[] order) =>
        graph.Node("Transpose", [tensor], GraphWriter.Attribute("perm", order));

    /// <summary>Sums over <paramref name="axes"/>, which stay as axes of one element.</summary>
    public static string ReduceSum(this GraphWriter graph, string tensor, params long[] axes) => graph.Opset >= Opsets.ReduceSumInput
        ? graph.Node("ReduceSum", [tensor, graph.Constant(axes)])
        : graph.Node("ReduceSum", [tensor], GraphWriter.Attribute("axes", axes));

    /// <summary>Means over <paramref name="axes"/>, which stay as axes of one element.</summary>
    public static string ReduceMean(this GraphWriter graph, string tensor, params long[] axes) => graph.Opset >= Opsets.ReduceMeanInput
        ? graph.Node("ReduceMean", [tensor, graph.Constant(axes)])
        : graph.Node("ReduceMean", [tensor], GraphWriter.Attribute("axes", axes));

    /// <summary>
    /// A part of a tensor: from <paramref name="starts"/> to <paramref name="ends"/> along <paramref name="axes"/>, every <paramref name="steps"/>-th.
    /// </summary>
    public static string Slice(this GraphWriter graph, string tensor, long[] starts, long[] ends, long[] axes, long[]? steps = null)
    {
        if (graph.Opset >= Opsets.SliceInputs)
        {
            string[] bounds = [graph.Constant(starts), graph.Constant(ends), graph.Constant(axes)];
            return graph.Node("Slice", steps is null ? [tensor, .. bounds] : [tensor, .. bounds, graph.Constant(steps)]);
        }

        return steps is null
            ? graph.Node("Slice", [tensor], GraphWriter.Attribute("starts", starts), GraphWriter.Attribute("ends", ends), GraphWriter.Attribute("axes", axes))
            : graph.Steps(tensor, starts, ends, axes, steps);
    }

    /// <summary>Zeros around a tensor: <paramref name="pads"/> has those before every axis, then those after; negative ones cut.</summary>
    public static string Pad(this GraphWriter graph, string tensor, params long[] pads) => graph.Opset >= Opsets.PadInput
        ? graph.Node("Pad", [tensor, graph.Constant(pads)])
        : graph.Node("Pad", [tensor], GraphWriter.Attribute("pads", pads));

    /// <summary>As <see cref="Pad"/>, and no node where there is nothing to pad.</summary>
    public static string Padded(this GraphWriter graph, string tensor, params long[] pads) => pads.All(pad => pad == 0) ? tensor : graph.Pad(tensor, pads);

    /// <summary>Tensors one after the other along <paramref name="axis"/>.</summary>
    public static string Concat(this GraphWriter graph, string[] tensors, long axis) =>
        tensors.Length == 1 ? tensors[0] : graph.Node("Concat", tensors, GraphWriter.Attribute("axis", axis));

    /// <summary>Cuts a tensor into pieces of <paramref name="lengths"/> along <paramref name="axis"/>, called <paramref name="outputs"/>.</summary>
    public static string[] Split(this GraphWriter graph, string tensor, long[] lengths, string[] outputs, long axis = 0)
    {
        AttributeProto[] along = axis == 0 ? [] : [GraphWriter.Attribute("axis", axis)];
        if (graph.Opset >= Opsets.SplitInput)
        {
            graph.NodeTo(outputs, "Split", [tensor, graph.Raw<long>("_sizes", TensorProto.Types.DataType.Int64, lengths, lengths.Length)], along);
        }
        else
        {
            graph.NodeTo(outputs, "Split", [tensor], [.. along, GraphWriter.Attribute("split", lengths)]);
        }

        return outputs;
    }

    /// <summary>Every number that is below <paramref name="low"/> or above <paramref name="high"/> becomes that.</summary>
    public static string Clip(this GraphWriter graph, string tensor, float low, float high) => graph.Opset >= Opsets.ClipInputs
        ? graph.Node("Clip", [tensor, graph.Scalar(low), graph.Scalar(high)])
        : graph.Node("Clip", [tensor], GraphWriter.Attribute("min", low), GraphWriter.Attribute("max", high));

    /// <summary>Whether two float tensors have the same number; floats can be compared so from opset 11 on.</summary>
    public static string Equal(this GraphWriter graph, string one, string other) => graph.Opset >= Opsets.EqualOfFloats
        ? graph.Node("Equal", [one, other])
        : graph.Node("Not", [graph.Node("Or", [graph.Less(one, other), graph.Greater(one, other)])]);

    /// <summary>The same numbers as another type.</summary>
    public static string Cast(this GraphWriter graph, string tensor, TensorProto.Types.DataType type, string suffix = "t") =>
        graph.Node("Cast", suffix, [tensor], GraphWriter.Attribute("to", (long)type));

    /// <summary>One where a condition holds, zero elsewhere.</summary>
    public static string Indicator(this GraphWriter graph, string condition) => graph.Cast(condition, TensorProto.Types.DataType.Float);

    /// <summary>
    /// Sums a tensor of shape <paramref name="from"/> over what broadcasting from <paramref name="to"/> had repeated;
    /// the result has shape <paramref name="to"/>.
    /// </summary>
    public static string SumTo(this GraphWriter graph, string tensor, long[] from, long[] to)
    {
        if (from.AsSpan().SequenceEqual(to))
        {
            return tensor;
        }

        var added = from.Length - to.Length;
        var repeated = Enumerable.Range(0, from.Length).Where(axis => axis < added || (to[axis - added] == 1 && from[axis] != 1));
        long[] axes = [.. repeated.Select(axis => (long)axis)];
        var sum = axes.Length == 0 ? tensor : graph.ReduceSum(tensor, axes);
        return added == 0 ? sum : graph.Reshape(sum, to);
    }

    // Before opset 10 a slice has no steps.
    private static string Steps(this GraphWriter graph, string tensor, long[] starts, long[] ends, long[] axes, long[] steps)
    {
        for (var i = 0; i < axes.Length; i++)
        {
            var taken = new List<long>();
            for (var index = starts[i]; index < ends[i]; index += steps[i])
            {
                taken.Add(index);
            }

            tensor = graph.Node("Gather", [tensor, graph.Constant([.. taken])], GraphWriter.Attribute("axis", axes[i]));
        }

        return tensor;
    }
}
