using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class CastGradient : IOperatorGradient
{
    public string Operator => "Cast";

    // Only a cast to another float type comes here; the graph around it is float32.
    public void Backward(BackwardNode node)
    {
        var isFloat32 = node.Proto.Int("to", 0) == (long)TensorProto.Types.DataType.Float;
        node.Give(0, isFloat32 ? node.OutputGradient : node.Graph.Cast(node.OutputGradient, TensorProto.Types.DataType.Float));
    }
}
