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

    /// <summary>Name of the tensor that enters the layer (the statistics' tap).</summary>
    public required string Input { get; init; }

    /// <summary>Name of the tensor that leaves the layer: the <c>Add</c>'s output for a MatMul followed by a constant Add.</summary>
    public required string Output { get; init; }

    /// <summary>Name of the weight: an initializer, or the output of a <c>Constant</c> node.</summary>
    public required string Weight { get; init; }

    /// <summary>The weight's shape as stored.</summary>
    public required long[] WeightShape { get; init; }

    /// <summary>The weight's element type, a <c>TensorProto.DataType</c> value.</summary>
    public required int ElementType { get; init; }

    /// <summary>Name of the bias, when there is one.</summary>
    public string? Bias { get; init; }

    /// <summary>The <c>Add</c> node that adds <see cref="Bias"/> after a MatMul.</summary>
    public NodeProto? BiasAdd { get; init; }

    /// <summary>The <c>BatchNormalization</c> node that alone reads a Conv's output.</summary>
    public NodeProto? BatchNormalization { get; init; }

    /// <summary>The window, for <see cref="LayerKind.Conv"/>.</summary>
    public ConvGeometry? Window { get; init; }

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
}
