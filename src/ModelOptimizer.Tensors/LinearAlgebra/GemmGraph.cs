using ModelOptimizer.Onnx;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>y = op(a)·op(b), or y = c − op(a)·op(b), as one ONNX node.</summary>
internal static class GemmGraph
{
    public static OnnxModel Build(bool transposeA, bool transposeB, bool subtract, DataType type = DataType.Double)
    {
        var builder = new GraphWriter();
        List<string> inputs = [builder.Input("a", type, -1, -1), builder.Input("b", type, -1, -1)];
        if (subtract)
        {
            inputs.Add(builder.Input("c", type, -1, -1));
        }

        builder.NodeTo(
            "y",
            "Gemm",
            inputs,
            GraphWriter.Attribute("transA", transposeA ? 1 : 0),
            GraphWriter.Attribute("transB", transposeB ? 1 : 0),
            GraphWriter.Attribute("alpha", subtract ? -1f : 1f));
        builder.Output("y", type, -1, -1);
        return builder.Build();
    }
}
