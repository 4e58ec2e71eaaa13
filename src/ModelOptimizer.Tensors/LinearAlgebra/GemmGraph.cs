using ModelOptimizer.Onnx;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>y = op(a)·op(b), or y = c − op(a)·op(b), in float64 as one ONNX node.</summary>
internal static class GemmGraph
{
    public static OnnxModel Build(bool transposeA, bool transposeB, bool subtract)
    {
        var builder = new GraphWriter();
        List<string> inputs = [builder.Input("a", DataType.Double, -1, -1), builder.Input("b", DataType.Double, -1, -1)];
        if (subtract)
        {
            inputs.Add(builder.Input("c", DataType.Double, -1, -1));
        }

        builder.NodeTo(
            "y",
            "Gemm",
            inputs,
            GraphWriter.Attribute("transA", transposeA ? 1 : 0),
            GraphWriter.Attribute("transB", transposeB ? 1 : 0),
            GraphWriter.Attribute("alpha", subtract ? -1f : 1f));
        builder.Output("y", DataType.Double, -1, -1);
        return builder.Build();
    }
}
