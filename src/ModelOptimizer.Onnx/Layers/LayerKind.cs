namespace ModelOptimizer.Onnx.Layers;

/// <summary>The ONNX operators that carry a weight a method can compress.</summary>
internal enum LayerKind
{
    /// <summary><c>Conv</c> with one or two spatial dimensions; weight M×C/group×kernel.</summary>
    Conv,

    /// <summary><c>Gemm</c>; weight K×N, or N×K with <c>transB</c>.</summary>
    Gemm,

    /// <summary><c>MatMul</c> whose second operand is a constant K×N matrix.</summary>
    MatMul,

    /// <summary>Another operator with a constant weight, which <see cref="LayerFinder"/> does not list: what can be stored in fewer bits and not factorised.</summary>
    Other,
}
