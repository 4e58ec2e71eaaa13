using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class DropoutGradient : IOperatorGradient
{
    public string Operator => "Dropout";

    // Inference, which is every Dropout without a third input, passes its input on.
    public void Backward(BackwardNode node)
    {
        if (node.Constant(2) is not { } mode)
        {
            if (node.Proto.InputAt(2) is not null)
            {
                throw node.NoGradient("whether this Dropout is in training mode is computed from data");
            }

            node.Give(0, node.OutputGradient);
            return;
        }

        node.Give(0, IsTrue(mode) ? Masked(node) : node.OutputGradient);
    }

    // What was kept was divided by 1 − ratio.
    private static string Masked(BackwardNode node)
    {
        var graph = node.Graph;
        var outputs = node.Proto.Output;
        if (outputs.Count == 1)
        {
            outputs.Add(graph.NewName("mask"));
        }

        var kept = graph.OnlyWhere(outputs[1], node.OutputGradient);
        return node.Proto.InputAt(1) is { } ratio ? graph.Div(kept, graph.Sub(1, ratio)) : graph.Mul(kept, 2);
    }

    private static bool IsTrue(TensorProto mode) => mode.HasRawData ? mode.RawData[0] != 0 : mode.Int32Data[0] != 0;
}
