using ModelOptimizer.Onnx.Values;

namespace ModelOptimizer.Onnx.Layers;

/// <summary>
/// A node with a constant weight, in the form every method sees it: <see cref="OutputChannels"/> T, <see cref="InputChannels"/> S (of all groups), taps K.
/// </summary>
internal sealed record WeightLayer
{
    /// <summary>The node's name, or its first output's where the name is empty or not unique. Unique within a model.</summary>
    public required string Name { get; init; }

    /// <summary>Which operator.</summary>
    public required LayerKind Kind { get; init; }

    /// <summary>The node itself, in the model it was found in.</summary>
    public required NodeProto Node { get; init; }

    /// <summary>
    /// Name of the tensor that the weight is multiplied with (the statistics' tap); empty for R of a cell whose hidden states are no output.
    /// </summary>
    public required string Input { get; init; }

    /// <summary>Name of the tensor that leaves the layer: the <c>Add</c>'s output for a MatMul followed by a constant Add.</summary>
    public required string Output { get; init; }

    /// <summary>Name of the weight: an initializer, or the output of a <c>Constant</c> node.</summary>
    public required string Weight { get; init; }

    /// <summary>Which of the node's inputs <see cref="Weight"/> is: 2 for R of a recurrent cell, which has two.</summary>
    public int WeightInput { get; init; } = 1;

    /// <summary>The weight's shape as stored.</summary>
    public required long[] WeightShape { get; init; }

    /// <summary>The weight's element type, a <c>TensorProto.DataType</c> value.</summary>
    public required int ElementType { get; init; }

    /// <summary>Name of the bias, when there is one.</summary>
    public string? Bias { get; init; }

    /// <summary>Whether <see cref="Bias"/> is also an input of the graph: callers may give another one, so nothing may rely on its numbers.</summary>
    public bool IsBiasGiven { get; init; }

    /// <summary>The <c>Add</c> node that adds <see cref="Bias"/> after a MatMul.</summary>
    public NodeProto? BiasAdd { get; init; }

    /// <summary>The <c>BatchNormalization</c> node that alone reads a Conv's output.</summary>
    public NodeProto? BatchNormalization { get; init; }

    /// <summary>The window, for <see cref="LayerKind.Conv"/> and <see cref="LayerKind.ConvTranspose"/>.</summary>
    public ConvGeometry? Window { get; init; }

    /// <summary>Directions of a recurrent cell, each of which has hidden states of its own, for R; 1 for every other weight.</summary>
    public int Directions { get; init; } = 1;

    /// <summary><c>Gemm</c>: the first operand is stored transposed (K×M).</summary>
    public bool TransA { get; init; }

    /// <summary><c>Gemm</c>: the weight is stored N×K.</summary>
    public bool TransB { get; init; }

    /// <summary><c>Gemm</c>'s factor of the product.</summary>
    public float Alpha { get; init; } = 1;

    /// <summary><c>Gemm</c>'s factor of the bias.</summary>
    public float Beta { get; init; } = 1;

    /// <summary>T: Conv's M, Gemm's and MatMul's N.</summary>
    public required int OutputChannels { get; init; }

    /// <summary>S: Conv's C over all groups, Gemm's and MatMul's K.</summary>
    public required int InputChannels { get; init; }

    /// <summary>Why no method may rewrite this layer (shared weight, weight that is a graph input, sub-graph, 3-D kernel…); null when it may.</summary>
    public string? Obstacle { get; init; }

    /// <summary>Number of weights, bias not counted.</summary>
    public long WeightCount => WeightShape.Product();

    /// <summary>In how many parts the weight is, each with outputs and inputs of its own.</summary>
    public int Groups => Window?.Group ?? Directions;

    /// <summary>Whether it is multiplied inside a recurrent cell, with hidden states: no node can stand in front of it.</summary>
    public bool IsInsideCell => Kind == LayerKind.Recurrent && WeightInput == 2;
}

/// <summary>The ONNX operators that carry a weight a method can compress.</summary>
internal enum LayerKind
{
    /// <summary><c>Conv</c> with one or two spatial dimensions; weight M×C/group×kernel.</summary>
    Conv,

    /// <summary><c>Gemm</c>; weight K×N, or N×K with <c>transB</c>.</summary>
    Gemm,

    /// <summary><c>MatMul</c> whose second operand is a constant K×N matrix.</summary>
    MatMul,

    /// <summary><c>ConvTranspose</c> with one or two spatial dimensions; weight C×M/group×kernel. <see cref="LayerFinder.FindAll"/> lists it.</summary>
    ConvTranspose,

    /// <summary>W (directions×gates·H×I) or R (directions×gates·H×H) of <c>LSTM</c>, <c>GRU</c> or <c>RNN</c>, likewise.</summary>
    Recurrent,

    /// <summary>
    /// Another operator with a constant weight, which <see cref="LayerFinder"/> does not list: what can be stored in fewer bits and not factorised.
    /// </summary>
    Other,
}

/// <summary>
/// The window of a convolution. Every array has one entry per spatial dimension, <see cref="Pads"/> two: all begins, then all ends (ONNX order).
/// </summary>
/// <param name="Kernel">Window extent.</param>
/// <param name="Strides">Step between windows.</param>
/// <param name="Pads">Zero padding, begins then ends; meaningless while <paramref name="AutoPad"/> is not <c>NOTSET</c>.</param>
/// <param name="Dilations">Step between taps.</param>
/// <param name="Group">Number of channel groups.</param>
/// <param name="AutoPad">
/// The node's <c>auto_pad</c>: <c>NOTSET</c>, or <c>SAME_UPPER</c>/<c>SAME_LOWER</c> when explicit pads depend on a spatial size that only a shape table knows
/// (<see cref="Resolve"/>). <c>VALID</c> is turned into zero pads on discovery.
/// </param>
internal sealed record ConvGeometry(int[] Kernel, int[] Strides, int[] Pads, int[] Dilations, int Group, string AutoPad)
{
    /// <summary>
    /// Of a transposed convolution, its strides s: it is the convolution, with its taps in reverse and stride 1, of the input with s − 1 zeros between
    /// neighbours (Dumoulin and Visin, arXiv 1603.07285, section 4.5). <see cref="Strides"/> and <see cref="Pads"/> are those of that convolution, and pads may
    /// be negative. Null for every other.
    /// </summary>
    public int[]? Spread { get; init; }

    /// <summary>The spatial extents of what the window passes over, for an input of <paramref name="spatial"/> size.</summary>
    public long[] Extents(IReadOnlyList<long> spatial) =>
        [.. spatial.Select((extent, axis) => Spread is null ? extent : ((extent - 1) * Spread[axis]) + 1)];

    /// <summary>Number of taps, K = Kh·Kw.</summary>
    public int Taps => Kernel.Product();

    /// <summary>The same window with explicit pads for an input of <paramref name="spatial"/> size (ONNX <c>auto_pad</c> rules).</summary>
    public ConvGeometry Resolve(IReadOnlyList<long> spatial)
    {
        if (AutoPad == "NOTSET")
        {
            return this;
        }

        var rank = Kernel.Length;
        var pads = new int[2 * rank];
        for (var i = 0; i < rank; i++)
        {
            var output = (spatial[i] + Strides[i] - 1) / Strides[i];
            var extent = (Kernel[i] - 1) * Dilations[i] + 1;
            var total = (int)Math.Max(0, ((output - 1) * Strides[i]) + extent - spatial[i]);
            var small = total / 2;
            (pads[i], pads[i + rank]) = AutoPad == "SAME_LOWER" ? (total - small, small) : (small, total - small);
        }

        return this with { Pads = pads, AutoPad = "NOTSET" };
    }
}
