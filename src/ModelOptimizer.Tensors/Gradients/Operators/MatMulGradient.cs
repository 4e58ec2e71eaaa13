using ModelOptimizer.Tensors.Graphs;

namespace ModelOptimizer.Tensors.Gradients.Operators;

internal sealed class MatMulGradient : IOperatorGradient
{
    public string Operator => "MatMul";

    // dA = dY·Bᵀ and dB = Aᵀ·dY, summed over what broadcasting repeated. A vector is a matrix of one row on the left and of one column on the right.
    public void Backward(BackwardNode node)
    {
        var graph = node.Graph;
        var (left, right) = (node.InputShape(0), node.InputShape(1));
        long[] a = left.Length == 1 ? [1, .. left] : left;
        long[] b = right.Length == 1 ? [.. right, 1] : right;
        long[] y = [.. (a.Length >= b.Length ? a : b)[..^2].Select((_, axis) => Batch(a, b, axis)), a[^2], b[^1]];
        var gradient = As(graph, node.OutputGradient, node.OutputShape(), y);
        if (node.Wants(0))
        {
            var matrices = As(graph, node.Input(1), right, b);
            var product = b.Length == 2 && y.Length == 2
                ? graph.Gemm(gradient, matrices, transB: true)
                : graph.Node("MatMul", [gradient, graph.TransposeMatrices(matrices, b.Length)]);
            node.Give(0, As(graph, graph.SumTo(product, [.. y[..^2], .. a[^2..]], a), a, left));
        }

        if (node.Wants(1))
        {
            var matrices = As(graph, node.Input(0), left, a);
            node.Give(1, As(graph, Right(graph, matrices, a, b, gradient, y), b, right));
        }
    }

    // One matrix for all batches sums over them as it multiplies.
    private static string Right(GraphBuilder graph, string matrices, long[] a, long[] b, string gradient, long[] y)
    {
        if (b.Length > 2)
        {
            return graph.SumTo(graph.Node("MatMul", [graph.TransposeMatrices(matrices, a.Length), gradient]), [.. y[..^2], .. b[^2..]], b);
        }

        var rows = a[..^1].Aggregate(1L, (product, extent) => product * extent);
        return graph.Gemm(As(graph, matrices, a, [rows, a[^1]]), As(graph, gradient, y, [rows, y[^1]]), transA: true);
    }

    private static long Batch(long[] a, long[] b, int axis)
    {
        var rank = Math.Max(a.Length, b.Length);
        var (i, j) = (axis - rank + a.Length, axis - rank + b.Length);
        return i < 0 ? b[j] : j < 0 || b[j] == 1 ? a[i] : b[j];
    }

    private static string As(GraphBuilder graph, string tensor, long[] from, long[] to) =>
        from.AsSpan().SequenceEqual(to) ? tensor : graph.Reshape(tensor, to);
}
