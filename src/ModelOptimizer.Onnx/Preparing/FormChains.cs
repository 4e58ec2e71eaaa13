using Google.Protobuf;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;

namespace ModelOptimizer.Onnx.Preparing;

/// <summary>
/// Float constants behind nodes that only change their form: exporters leave the transposition of a weight to the runtime, and no layer reads a constant then.
/// </summary>
internal static class FormChains
{
    /// <summary>
    /// <paramref name="model"/> with such constants in the form in which they are read, and without the nodes. The same model where there are none. A file gets
    /// no larger: a constant that others read too gets no second form, and one that is unpacked into a wider type (<c>Cast</c>, <c>DequantizeLinear</c>) stays.
    /// </summary>
    public static OnnxModel Fold(OnnxModel model)
    {
        if (!HasAny(model))
        {
            return model;
        }

        var folded = model.With(model.Proto.Clone());
        var editor = new GraphEditor(folded);
        var (given, uses, constants) = (GivenTensors.Of(folded.Proto), new TensorUses(folded.Proto), new ConstantLookup(folded.Graph));
        var made = new Dictionary<string, TensorProto>(StringComparer.Ordinal);
        var isFolded = false;
        foreach (var node in folded.Graph.Node.Where(ChangesForm).ToList())
        {
            var (name, output) = (node.Input[0], node.Output[0]);
            if (
                (made.GetValueOrDefault(name) ?? constants.Find(name)?.Tensor) is not { } tensor || WeightValues.Defect(tensor) is not null
                || given.Contains(name) || uses.IsOutput(output)
            )
            {
                continue;
            }

            if (uses.Of(name) > 1 && node.Operator() == "Identity" && ReadersOf(output, folded.Graph) is { } readers && readers.Count == uses.Of(output))
            {
                editor.ReplaceNodes([node], []);
                readers.ForEach(reader => reader.Node.Input[reader.Input] = name);
                isFolded = true;
            }
            else if (uses.Of(name) == 1 && Changed(tensor, node, constants) is { } changed)
            {
                changed.Name = output;
                editor.ReplaceNodes([node], []);
                editor.AddInitializer(changed);
                made.Add(output, changed);
                isFolded = true;
            }
        }

        if (!isFolded)
        {
            return model;
        }

        // What stands between two nodes of a chain goes as well: nothing reads it any more.
        editor.Prune();
        return folded;
    }

    private static bool HasAny(OnnxModel model)
    {
        var constants = new ConstantLookup(model.Graph);
        return model.Graph.Node.Any(node =>
            ChangesForm(node) && constants.Find(node.Input[0]) is { Tensor.DataType: var type } && ElementTypes.IsFloat(type));
    }

    private static List<(NodeProto Node, int Input)> ReadersOf(string name, GraphProto graph) =>
        [.. graph.Node.SelectMany(node => node.Input.Index().Where(input => input.Item == name).Select(input => (node, input.Index)))];

    private static bool ChangesForm(NodeProto node) => node.Input.Count > 0 && node.Output.Count == 1
        && node.Operator() is "Identity" or "Transpose" or "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" or "Cast";

    private static TensorProto? Changed(TensorProto tensor, NodeProto node, ConstantLookup constants)
    {
        long[] dims = [.. tensor.Dims];
        long[]? Integers(int input, string attribute) => node.InputAt(input) is { } name ? constants.Find(name)?.Integers() : node.Ints(attribute);
        return node.Operator() switch
        {
            "Identity" => tensor.Clone(),
            "Cast" => Cast(tensor, (int)node.Int("to", 0)),
            "Transpose" => Transposed(tensor, node.Ints("perm") ?? [.. Enumerable.Range(0, dims.Length).Reverse().Select(axis => (long)axis)]),
            "Reshape" => Integers(1, "shape") is { } shape ? Shaped(tensor, Filled(dims, shape, node.Int("allowzero", 0) != 0)) : null,
            "Flatten" => Flat(dims, node.Int("axis", 1)) is { } flat ? Shaped(tensor, flat) : null,
            "Squeeze" => Shaped(tensor, Squeezed(dims, Integers(1, "axes"), node.InputAt(1) is not null)),
            "Unsqueeze" => Integers(1, "axes") is { } axes ? Shaped(tensor, Unsqueezed(dims, axes)) : null,
            _ => null,
        };
    }

    private static TensorProto? Shaped(TensorProto tensor, long[]? dims)
    {
        if (dims is null || Array.Exists(dims, extent => extent < 0) || ElementTypes.Count(dims) != ElementTypes.Count(tensor.Dims))
        {
            return null;
        }

        var shaped = tensor.Clone();
        shaped.Dims.Clear();
        shaped.Dims.AddRange(dims);
        return shaped;
    }

    // A zero takes the extent that was there, -1 what remains.
    private static long[]? Filled(long[] dims, long[] shape, bool allowsZero)
    {
        long[] filled = [.. shape.Select((extent, axis) => extent == 0 && !allowsZero && axis < dims.Length ? dims[axis] : extent)];
        var open = Array.IndexOf(filled, -1);
        if (open >= 0)
        {
            var others = filled.Where((_, axis) => axis != open).Product();
            filled[open] = others > 0 ? dims.Product() / others : -1;
        }

        return filled;
    }

    private static long[]? Flat(long[] dims, long axis)
    {
        var cut = axis < 0 ? axis + dims.Length : axis;
        return cut < 0 || cut > dims.Length ? null : [dims[..(int)cut].Product(), dims[(int)cut..].Product()];
    }

    private static long[]? Squeezed(long[] dims, long[]? axes, bool areInput)
    {
        if (axes is null && areInput)
        {
            return null;
        }

        var gone = axes?.Select(axis => axis < 0 ? axis + dims.Length : axis).ToHashSet();
        return [.. dims.Where((extent, axis) => gone is null ? extent != 1 : !gone.Contains(axis))];
    }

    private static long[]? Unsqueezed(long[] dims, long[] axes)
    {
        var rank = dims.Length + axes.Length;
        var added = axes.Select(axis => axis < 0 ? axis + rank : axis).ToHashSet();
        if (added.Count != axes.Length || added.Any(axis => axis < 0 || axis >= rank))
        {
            return null;
        }

        var rest = new Queue<long>(dims);
        return [.. Enumerable.Range(0, rank).Select(axis => added.Contains(axis) ? 1 : rest.Dequeue())];
    }

    private static TensorProto? Cast(TensorProto tensor, int type)
    {
        if (!ElementTypes.IsFloat(type) || ElementTypes.Bits(type) > ElementTypes.Bits(tensor.DataType) || IsElsewhere(tensor))
        {
            return type == tensor.DataType ? tensor.Clone() : null;
        }

        var values = WeightValues.ReadDoubles(tensor);
        return WeightValues.Fits(type, values) ? WeightValues.Create(tensor.Name, type, tensor.Dims, values) : null;
    }

    private static TensorProto? Transposed(TensorProto tensor, long[] order)
    {
        long[] dims = [.. tensor.Dims];
        if (!order.Order().SequenceEqual(Enumerable.Range(0, dims.Length).Select(axis => (long)axis)))
        {
            return null;
        }

        var transposed = tensor.Clone();
        transposed.Dims.Clear();
        transposed.Dims.AddRange(order.Select(axis => dims[axis]));
        // A model that is only looked at has its large numbers in another file.
        if (!IsElsewhere(tensor))
        {
            var raw = tensor.HasRawData ? tensor : WeightValues.Create(tensor.Name, tensor.DataType, dims, WeightValues.ReadDoubles(tensor));
            var size = ElementTypes.Bits(tensor.DataType)!.Value / 8;
            transposed.FloatData.Clear();
            transposed.DoubleData.Clear();
            transposed.Int32Data.Clear();
            transposed.RawData = UnsafeByteOperations.UnsafeWrap(Permuted(raw.RawData.Span, size, dims, order));
        }

        return transposed;
    }

    private static byte[] Permuted(ReadOnlySpan<byte> from, int size, long[] dims, long[] order)
    {
        var strides = new long[dims.Length];
        for (var (axis, stride) = (dims.Length - 1, 1L); axis >= 0; stride *= dims[axis--])
        {
            strides[axis] = stride;
        }

        var (to, index, place) = (new byte[from.Length], new long[dims.Length], 0L);
        for (var target = 0; target < to.Length; target += size)
        {
            from.Slice((int)place * size, size).CopyTo(to.AsSpan(target));
            for (var axis = order.Length - 1; axis >= 0; axis--)
            {
                var source = order[axis];
                place += strides[source];
                if (++index[axis] < dims[source])
                {
                    break;
                }

                place -= strides[source] * dims[source];
                index[axis] = 0;
            }
        }

        return to;
    }

    private static bool IsElsewhere(TensorProto tensor) => tensor.DataLocation == TensorProto.Types.DataLocation.External;
}
