namespace ModelOptimizer.Onnx.Writing;

/// <summary>Arithmetic on every element, operands broadcast to each other.</summary>
internal static class ElementNodes
{
    public static string Add(this GraphWriter graph, string one, string other) => graph.Node("Add", [one, other]);

    public static string Add(this GraphWriter graph, string one, float other) => graph.Add(one, graph.Scalar(other));

    public static string Sub(this GraphWriter graph, string one, string other) => graph.Node("Sub", [one, other]);

    public static string Sub(this GraphWriter graph, float one, string other) => graph.Sub(graph.Scalar(one), other);

    public static string Mul(this GraphWriter graph, string one, string other) => graph.Node("Mul", [one, other]);

    public static string Mul(this GraphWriter graph, string one, float other) => graph.Mul(one, graph.Scalar(other));

    public static string Div(this GraphWriter graph, string one, string other) => graph.Node("Div", [one, other]);

    public static string Neg(this GraphWriter graph, string tensor) => graph.Node("Neg", [tensor]);

    public static string Exp(this GraphWriter graph, string tensor) => graph.Node("Exp", [tensor]);

    public static string Greater(this GraphWriter graph, string one, string other) => graph.Node("Greater", [one, other]);

    public static string Less(this GraphWriter graph, string one, string other) => graph.Node("Less", [one, other]);

    /// <summary>Whether a number is above zero.</summary>
    public static string IsPositive(this GraphWriter graph, string tensor) => graph.Greater(tensor, graph.Scalar(0));

    /// <summary><paramref name="one"/> where a condition holds, <paramref name="other"/> elsewhere.</summary>
    public static string Where(this GraphWriter graph, string condition, string one, string other) => graph.Node("Where", [condition, one, other]);

    /// <summary><paramref name="tensor"/> where a condition holds, zero elsewhere: as a product, which takes half the time of a choice.</summary>
    public static string OnlyWhere(this GraphWriter graph, string condition, string tensor) => graph.Mul(tensor, graph.Indicator(condition));

    /// <summary>Zero where a condition holds, <paramref name="tensor"/> elsewhere.</summary>
    public static string OnlyWhereNot(this GraphWriter graph, string condition, string tensor) => graph.OnlyWhere(graph.Node("Not", [condition]), tensor);
}

/// <summary>Nodes on tensors of shape [N, C, …] that treat each channel by itself.</summary>
internal static class ChannelNodes
{
    /// <summary>[C]: sums over everything but the channel.</summary>
    public static string SumPerChannel(this GraphWriter graph, string tensor, long[] shape) =>
        graph.Reshape(graph.ReduceSum(tensor, [0, .. Enumerable.Range(2, shape.Length - 2).Select(axis => (long)axis)]), shape[1]);

    /// <summary>A tensor of shape [C] as [C, 1, …], which broadcasts to [N, C, …] of <paramref name="rank"/> axes.</summary>
    public static string PerChannel(this GraphWriter graph, string tensor, long channels, int rank) =>
        graph.Reshape(tensor, [channels, .. Enumerable.Repeat(1L, rank - 2)]);
}

/// <summary>Matrix products and the constants they multiply with.</summary>
internal static class MatrixNodes
{
    /// <summary>alpha · op(a) · op(b), where op transposes or does not.</summary>
    public static string Gemm(this GraphWriter graph, string a, string b, bool transA = false, bool transB = false, float alpha = 1) => graph.Node(
        "Gemm",
        graph.Opset >= Opsets.GemmWithoutC ? [a, b] : [a, b, graph.Scalar(0)],
        GraphWriter.Attribute("transA", transA ? 1L : 0L),
        GraphWriter.Attribute("transB", transB ? 1L : 0L),
        GraphWriter.Attribute("alpha", alpha));

    /// <summary>Matrices in the last two axes of a tensor of <paramref name="rank"/> axes, transposed.</summary>
    public static string TransposeMatrices(this GraphWriter graph, string tensor, int rank) =>
        graph.Transpose(tensor, [.. Enumerable.Range(0, rank - 2).Select(axis => (long)axis), rank - 1, rank - 2]);

    /// <summary>A float constant of given numbers.</summary>
    public static string Numbers(this GraphWriter graph, float[] values, params long[] shape) =>
        graph.Raw<float>("w", TensorProto.Types.DataType.Float, values, shape);
}
