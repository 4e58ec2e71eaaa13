using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>
/// The graph Σ_out = Σ_in + P·Pᵀ, μ_out = μ_in + P·1, P (D×rows) the patches of an activation as columns, in float64; where the device has none, Σ_out = P·Pᵀ
/// and μ_out = P·1 in float32, to be added up elsewhere. Of Σ only block rows up to the diagonal are kept: it is symmetric, and half the work is enough.
/// </summary>
internal sealed class MomentGraph
{
    private const int BlockRows = 192;
    private const int MostBlocks = 8;

    private readonly ConvGeometry? _window;
    private readonly bool _transposed;
    private readonly bool _exact;

    /// <param name="key">What it is of; tensor, pads and <c>auto_pad</c> are not used.</param>
    /// <param name="size">D, the length of a patch of one group.</param>
    /// <param name="exact">Whether it computes in float64 and has the sums so far as inputs.</param>
    public MomentGraph(MomentKey key, int size, bool exact)
    {
        _exact = exact;
        (_window, _transposed) = (key.Window, key.Transposed);
        Groups = key.Window?.Group ?? key.Directions;
        Size = size;
        var blocks = Groups > 1 ? 1 : Math.Clamp(size / BlockRows, 1, MostBlocks);
        Bounds = [.. Enumerable.Range(0, blocks + 1).Select(i => (int)((long)size * i / blocks))];
    }

    /// <summary>D.</summary>
    public int Size { get; }

    /// <summary>Channel groups, or directions.</summary>
    public int Groups { get; }

    /// <summary>First row of every block row of Σ, and D.</summary>
    public int[] Bounds { get; }

    /// <summary>The same for graphs that are the same.</summary>
    public string Name => _window is null
        ? $"{_transposed}|{Groups}|{Size}"
        : $"{string.Join(',', _window.Kernel)}|{string.Join(',', _window.Strides)}|{string.Join(',', _window.Dilations)}|{Groups}|{Size}"
            + $"|{string.Join(',', _window.Spread ?? [])}";

    /// <summary>The type that it computes in.</summary>
    public DataType StateType => _exact ? DataType.Double : DataType.Float;

    /// <summary>Names of the state's inputs; outputs have a stroke more.</summary>
    public string[] StateNames => [.. Enumerable.Range(0, Bounds.Length - 1).Select(i => $"s{i}"), "m"];

    /// <summary>Shapes of <see cref="StateNames"/>.</summary>
    public long[][] StateShapes => Groups > 1
        ? [[Groups, Size, Size], [Groups, Size]]
        : [.. Bounds.Zip(Bounds.Skip(1), (low, high) => new long[] { high - low, high }), [Size]];

    public OnnxModel Build(DataType type)
    {
        var builder = new GraphWriter();
        builder.InputOfAnyShape("x", type);
        foreach (var (name, shape) in StateNames.Zip(StateShapes))
        {
            if (_exact)
            {
                builder.Input(name, StateType, shape);
            }

            builder.Output(name + "'", StateType, shape);
        }

        var x = builder.Node("Cast", [_window?.Spread is { } spread ? Spread(builder, spread) : "x"], GraphWriter.Attribute("to", (long)StateType));
        var patches = _window is null ? Vectors(builder, x) : Windows(builder, x, _window);
        Accumulate(builder, patches);
        return builder.Build();
    }

    private string Vectors(GraphWriter builder, string x) => _transposed
        ? builder.Node("Reshape", [x, builder.Constant(Size, -1)])
        : Groups > 1
        ? builder.Node("Reshape", [builder.Node("Transpose", [x], GraphWriter.Attribute("perm", 1, 3, 0, 2)), builder.Constant(Groups, Size, -1)])
        : builder.Node("Transpose", [builder.Node("Reshape", [x, builder.Constant(-1, Size)])], GraphWriter.Attribute("perm", 1, 0));

    // Zeros between neighbours: a transposed convolution of each channel with 1, which ONNX Runtime has for float32.
    private string Spread(GraphWriter builder, int[] strides)
    {
        var channels = Size / _window!.Taps;
        var one = builder.Weight(1, [channels, 1, .. strides.Select(_ => 1L)]);
        var x = builder.Node("Cast", ["x"], GraphWriter.Attribute("to", (long)DataType.Float));
        return builder.Node(
            "ConvTranspose",
            [x, one],
            GraphWriter.Attribute("strides", [.. strides.Select(stride => (long)stride)]),
            GraphWriter.Attribute("group", channels));
    }

    // Channels first, so that a tap's slice is already rows of P: only the small input is transposed, never the patches.
    private string Windows(GraphWriter builder, string x, ConvGeometry geometry)
    {
        var rank = geometry.Kernel.Length;
        builder.Input("pads", DataType.Int64, 2 * (rank + 2));
        builder.Input("begin", DataType.Int64, rank);
        builder.Input("extent", DataType.Int64, rank);
        x = builder.Node("Transpose", [x], GraphWriter.Attribute("perm", [1, 0, .. Enumerable.Range(2, rank).Select(axis => (long)axis)]));
        x = builder.Node("Pad", [x, "pads"]);

        var axes = builder.Constant([.. Enumerable.Range(2, rank).Select(axis => (long)axis)]);
        var steps = builder.Constant([.. geometry.Strides.Select(stride => (long)stride)]);
        var rows = builder.Constant(0, 1, -1);
        var slices = new List<string>(geometry.Taps);
        for (var tap = 0; tap < geometry.Taps; tap++)
        {
            var start = builder.Node("Add", ["begin", builder.Constant(Offset(geometry, tap))]);
            var end = builder.Node("Add", [start, "extent"]);
            slices.Add(builder.Node("Reshape", [builder.Node("Slice", [x, start, end, axes, steps]), rows]));
        }

        var all = slices.Count == 1 ? slices[0] : builder.Node("Concat", slices, GraphWriter.Attribute("axis", 1));
        return builder.Node("Reshape", [all, Groups > 1 ? builder.Constant(Groups, Size, -1) : builder.Constant(Size, -1)]);
    }

    private static long[] Offset(ConvGeometry geometry, int tap)
    {
        var offset = new long[geometry.Kernel.Length];
        for (var axis = offset.Length - 1; axis >= 0; axis--)
        {
            offset[axis] = (long)(tap % geometry.Kernel[axis]) * geometry.Dilations[axis];
            tap /= geometry.Kernel[axis];
        }

        return offset;
    }

    private void Accumulate(GraphWriter builder, string patches)
    {
        var sum = builder.Node("ReduceSum", [patches, builder.Constant(-1)], GraphWriter.Attribute("keepdims", 0));
        AddTo(builder, "m", sum);
        if (Groups > 1)
        {
            var turned = builder.Node("Transpose", [patches], GraphWriter.Attribute("perm", 0, 2, 1));
            AddTo(builder, "s0", builder.Node("MatMul", [patches, turned]));
            return;
        }

        var zero = builder.Constant(0);
        for (var block = 0; block + 1 < Bounds.Length; block++)
        {
            var high = builder.Constant(Bounds[block + 1]);
            var left = Bounds.Length == 2 ? patches : builder.Node("Slice", [patches, builder.Constant(Bounds[block]), high, zero]);
            var right = Bounds.Length == 2 ? patches : builder.Node("Slice", [patches, zero, high, zero]);
            builder.NodeTo($"s{block}'", "Gemm", _exact ? [left, right, $"s{block}"] : [left, right], GraphWriter.Attribute("transB", 1));
        }
    }

    private void AddTo(GraphWriter builder, string state, string value)
    {
        if (_exact)
        {
            builder.NodeTo(state + "'", "Add", [state, value]);
        }
        else
        {
            builder.NodeTo(state + "'", "Identity", [value]);
        }
    }
}
