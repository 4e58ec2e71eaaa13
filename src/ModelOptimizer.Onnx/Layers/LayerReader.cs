using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Onnx.Layers;

/// <summary>Turns one node into a layer.</summary>
internal static class LayerReader
{
    /// <summary>The layer of <paramref name="node"/>, or both of a recurrent cell; none when it is not one.</summary>
    public static IEnumerable<WeightLayer> Read(NodeProto node, LayerScope scope)
    {
        WeightLayer?[] layers = node.Operator() switch
        {
            _ when node.Input.Count < 2 || node.Output.Count == 0 || scope.IsAtLoadTime(node) => [],
            "Conv" => [Conv(node, scope)],
            "ConvTranspose" => [ConvTranspose(node, scope)],
            "Gemm" => [Gemm(node, scope)],
            "MatMul" => [MatMul(node, scope)],
            "LSTM" or "GRU" or "RNN" when node.Input.Count > 2 => [Cell(node, 1, scope), Cell(node, 2, scope)],
            _ => [],
        };
        return layers.OfType<WeightLayer>().Select(layer => layer with { Obstacle = LayerObstacle.OfWeight(layer, scope) ?? layer.Obstacle });
    }

    private static WeightLayer Conv(NodeProto node, LayerScope scope)
    {
        var layer = Basic(node, LayerKind.Conv, scope);
        if (layer.WeightShape.Length < 3)
        {
            return layer with { Obstacle = "its weight is not a convolution kernel" };
        }

        var (window, obstacle) = ConvWindow.Read(node, layer.WeightShape);
        var group = window?.Group ?? 1;
        return layer with
        {
            Window = window,
            OutputChannels = Clamp(layer.WeightShape[0]),
            InputChannels = Clamp(layer.WeightShape[1] * group),
            BatchNormalization = FollowingBatchNormalization(layer.Output, scope),
            Obstacle = obstacle,
        };
    }

    private static WeightLayer ConvTranspose(NodeProto node, LayerScope scope)
    {
        var layer = Basic(node, LayerKind.ConvTranspose, scope);
        if (layer.WeightShape.Length < 3)
        {
            return layer with { Obstacle = "its weight is not a convolution kernel" };
        }

        var (window, obstacle) = ConvWindow.ReadTransposed(node, layer.WeightShape);
        return layer with
        {
            Window = window,
            OutputChannels = Clamp(layer.WeightShape[1]),
            InputChannels = Clamp(layer.WeightShape[0]),
            Obstacle = obstacle,
        };
    }

    // W has a row for each gate of each hidden state, and reads what enters; R reads the hidden states of the step before, which are the output Y but for the
    // first: Y is (steps, directions, samples, H).
    private static WeightLayer Cell(NodeProto node, int input, LayerScope scope)
    {
        var layer = Basic(node, LayerKind.Recurrent, scope, input);
        if (layer.WeightShape is not [var directions, var rows, var columns])
        {
            return layer with { Obstacle = $"its weight has {layer.WeightShape.Length} dimensions, not 3" };
        }

        // W of all directions reads the same: one matrix.
        var own = layer.IsInsideCell ? directions : 1;
        return layer with
        {
            Input = layer.IsInsideCell ? node.Output[0] : node.Input[0],
            Directions = Clamp(own),
            OutputChannels = Clamp(directions * rows),
            InputChannels = Clamp(own * columns),
            Obstacle = node.Int("layout", 0) == 0 ? null : "its layout is 1, which ONNX Runtime does not run",
        };
    }

    private static WeightLayer Gemm(NodeProto node, LayerScope scope)
    {
        var layer = Basic(node, LayerKind.Gemm, scope);
        var transB = node.Int("transB", 0) != 0;
        return WithMatrix(layer, transB) with
        {
            TransA = node.Int("transA", 0) != 0,
            TransB = transB,
            Alpha = node.Float("alpha", 1),
            Beta = node.Float("beta", 1),
        };
    }

    // A product of two activations is not a layer: only a constant, or what is made of constants, makes it one.
    private static WeightLayer? MatMul(NodeProto node, LayerScope scope)
    {
        if (scope.Constants.Find(node.Input[1]) is null && scope.Behind(node.Input[1]) is null && !scope.IsRebuilt(node.Input[1]))
        {
            return null;
        }

        var layer = WithMatrix(Basic(node, LayerKind.MatMul, scope), transposed: false);
        return scope.Uses.OnlyReader(layer.Output) is { } add && BiasOf(add, layer, scope) is { } bias
            ? layer with { BiasAdd = add, Bias = bias, Output = add.Output[0] }
            : layer;
    }

    private static WeightLayer Basic(NodeProto node, LayerKind kind, LayerScope scope, int input = 1)
    {
        var weight = scope.Same(node.Input[input])?.Tensor;
        var bias = kind is LayerKind.MatMul or LayerKind.Recurrent ? null : node.InputAt(2);
        return new WeightLayer
        {
            Name = node.Name,
            Kind = kind,
            Node = node,
            Input = node.Input[0],
            Output = node.Output.FirstOrDefault(output => output.Length > 0) ?? "",
            Weight = node.Input[input],
            WeightInput = input,
            WeightShape = weight?.Dims.ToArray() ?? [],
            ElementType = weight?.DataType ?? 0,
            Bias = bias,
            IsBiasGiven = bias is not null && scope.IsReplaceable(bias),
            OutputChannels = 0,
            InputChannels = 0,
        };
    }

    private static WeightLayer WithMatrix(WeightLayer layer, bool transposed) => layer.WeightShape is [var rows, var columns]
        ? layer with { OutputChannels = Clamp(transposed ? rows : columns), InputChannels = Clamp(transposed ? columns : rows) }
        : layer with { Obstacle = $"its weight has {layer.WeightShape.Length} dimensions, not 2" };

    private static string? BiasOf(NodeProto add, WeightLayer layer, LayerScope scope)
    {
        if (add.Operator() != "Add" || add.Input.Count != 2 || add.Output.Count != 1)
        {
            return null;
        }

        var other = add.Input[0] == layer.Output ? add.Input[1] : add.Input[0];
        var dims = scope.Constants.Find(other)?.Tensor.Dims;
        var isRow = dims is not null && (dims.Count == 1 || (dims.Count == 2 && dims[0] == 1)) && dims[^1] == layer.OutputChannels;
        return isRow && !scope.IsReplaceable(other) ? other : null;
    }

    private static NodeProto? FollowingBatchNormalization(string output, LayerScope scope)
    {
        var node = scope.Uses.OnlyReader(output);
        return node?.Operator() == "BatchNormalization"
            && node.Input.Count == 5 && node.Input[0] == output
            && node.Output.Count(name => name.Length > 0) == 1 && node.Int("training_mode", 0) == 0
            && node.Input.Skip(1).All(input => scope.Constants.Find(input) is not null && !scope.IsReplaceable(input))
            ? node
            : null;
    }

    // A hostile shape is caught by the check of the weight's data; here it must only not overflow.
    private static int Clamp(long extent) => (int)Math.Clamp(extent, 0, int.MaxValue);
}

/// <summary>Why a weight must stay as it is.</summary>
internal static class LayerObstacle
{
    public static string? OfWeight(WeightLayer layer, LayerScope scope)
    {
        if (scope.Constants.Find(layer.Weight) is not { } weight)
        {
            return scope.Behind(layer.Weight) is { } behind ? $"its weight passes through {behind.Operator} first"
                : scope.IsRebuilt(layer.Weight) ? "its weight is computed from other constants"
                : "its weight is not a constant";
        }

        if (WeightValues.Defect(weight.Tensor) is { } defect)
        {
            return $"its weight cannot be read: {defect}";
        }

        if (layer.WeightCount == 0)
        {
            return "its weight is empty";
        }

        if (scope.IsReplaceable(layer.Weight))
        {
            return "its weight is also an input of the graph";
        }

        if (scope.Uses.IsOutput(layer.Weight))
        {
            return "its weight is also an output of the graph";
        }

        var uses = scope.Uses.Of(layer.Weight);
        return uses > 1 ? $"its weight is shared: it is read {uses} times" : null;
    }
}

/// <summary>Reads a Conv node's window, with ONNX's defaults for what is absent.</summary>
internal static class ConvWindow
{
    /// <summary>The window, or why there is none; a window with a reason is one that no method takes.</summary>
    public static (ConvGeometry? Window, string? Obstacle) Read(NodeProto node, long[] weightShape)
    {
        var kernel = weightShape[2..];
        var rank = kernel.Length;
        var strides = node.Ints("strides") ?? Repeat(1, rank);
        var dilations = node.Ints("dilations") ?? Repeat(1, rank);
        var pads = node.Ints("pads") ?? Repeat(0, 2 * rank);
        var group = node.Int("group", 1);
        var autoPad = node.Text("auto_pad", "NOTSET");
        if (autoPad == "VALID")
        {
            (autoPad, pads) = ("NOTSET", Repeat(0, 2 * rank));
        }

        if (node.Ints("kernel_shape") is { } stated && !stated.SequenceEqual(kernel))
        {
            return (null, $"its kernel_shape [{string.Join(", ", stated)}] is not that of its weight [{string.Join(", ", kernel)}]");
        }

        var possible = strides.Length == rank && strides.All(IsPositive) && dilations.Length == rank && dilations.All(IsPositive)
            && pads.Length == 2 * rank && pads.All(pad => pad is >= 0 and <= int.MaxValue) && kernel.All(IsPositive)
            && IsPositive(group) && weightShape[0] % group == 0 && autoPad is ("NOTSET" or "SAME_UPPER" or "SAME_LOWER");
        if (!possible)
        {
            return (null, "its attributes do not describe a possible window");
        }

        var window = new ConvGeometry(ToInts(kernel), ToInts(strides), ToInts(pads), ToInts(dilations), (int)group, autoPad);
        return (window, rank > 2 ? $"its kernel has {rank} spatial dimensions; 1 and 2 are supported" : null);
    }

    /// <summary>
    /// The window of a ConvTranspose, as that of the convolution that does the same (<see cref="ConvGeometry.Spread"/>), or why there is none.
    /// </summary>
    public static (ConvGeometry? Window, string? Obstacle) ReadTransposed(NodeProto node, long[] weightShape)
    {
        // Of C×(M/group)×kernel, only the kernel and its window matter here, and they are as a Conv's.
        if (node.Int("group", 1) != 1)
        {
            return (null, "a transposed convolution in groups is not taken");
        }

        var (window, obstacle) = Read(node, weightShape);
        if (window is null || obstacle is not null)
        {
            return (null, obstacle);
        }

        var rank = window.Kernel.Length;
        var more = ToInts(node.Ints("output_padding") ?? Repeat(0, rank));
        int Reach(int axis) => (window.Kernel[axis] - 1) * window.Dilations[axis];
        // With SAME the output has s times the input's extent. Which side has one more of an odd number was read in both ways.
        int[] same = [.. Enumerable.Range(0, rank).Select(axis => Reach(axis) + 1 + more[axis] - window.Strides[axis])];
        var isSame = window.AutoPad != "NOTSET";
        if (node.Attribute("output_shape") is not null || (isSame && !same.All(total => total >= 0 && total % 2 == 0)))
        {
            return (null, "its padding follows from the size of its output; write 'pads'");
        }

        int[] pads = [.. Enumerable.Range(0, 2 * rank).Select(i => Reach(i % rank) - (isSame ? same[i % rank] / 2 : window.Pads[i]))];
        for (var axis = 0; axis < rank; axis++)
        {
            pads[rank + axis] += more[axis];
        }

        return (window with { Strides = [.. Enumerable.Repeat(1, rank)], Pads = pads, Spread = window.Strides, AutoPad = "NOTSET" }, null);
    }

    private static bool IsPositive(long value) => value is > 0 and <= int.MaxValue;

    private static long[] Repeat(long value, int count) => [.. Enumerable.Repeat(value, count)];

    private static int[] ToInts(long[] values) => Array.ConvertAll(values, value => (int)value);
}
