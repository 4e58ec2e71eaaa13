namespace ModelOptimizer.Onnx.Writing;

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
    public static string Numbers(this GraphWriter graph, float[] values, params long[] shape) => graph.Raw<float>("w", TensorProto.Types.DataType.Float, values, shape);
}
