using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class GemmGradient : IOperatorGradient
{
    public string Operator => "Gemm";

    // Y = α·op(A)·op(B) + β·C, so d op(A) = α·dY·op(B)ᵀ and d op(B) = α·op(A)ᵀ·dY; where op transposes, so does the gradient.
    public void Backward(BackwardNode node)
    {
        var (graph, gradient) = (node.Graph, node.OutputGradient);
        var (transA, transB) = (node.Proto.Int("transA", 0) != 0, node.Proto.Int("transB", 0) != 0);
        var alpha = node.Proto.Float("alpha", 1);
        if (node.Wants(0))
        {
            var (a, b) = (gradient, node.Input(1));
            node.Give(0, transA ? graph.Gemm(b, a, transB, true, alpha) : graph.Gemm(a, b, false, !transB, alpha));
        }

        if (node.Wants(1))
        {
            var (a, b) = (node.Input(0), gradient);
            node.Give(1, transB ? graph.Gemm(b, a, true, transA, alpha) : graph.Gemm(a, b, !transA, false, alpha));
        }

        if (node.Wants(2))
        {
            var beta = node.Proto.Float("beta", 1);
            node.GiveBroadcast(2, beta == 1 ? gradient : graph.Node("Mul", [gradient, graph.Scalar(beta)]));
        }
    }
}
