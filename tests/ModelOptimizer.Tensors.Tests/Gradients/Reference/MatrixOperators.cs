using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Tests.Gradients.Reference;

internal static partial class ReferenceOperators
{
    private static void AddMatrices()
    {
        Add("Gemm", Gemm);
        Add("MatMul", (_, x) => MatMul(x[0], x[1]));
    }

    private static Real Gemm(NodeProto node, Real[] x)
    {
        var a = node.Int("transA", 0) != 0 ? Transposed(x[0]) : x[0];
        var b = node.Int("transB", 0) != 0 ? Transposed(x[1]) : x[1];
        var product = MatMul(a, b).Map(value => value * node.Float("alpha", 1));
        return x.Length < 3 ? product : Combine([product, x[2]], values => values[0] + (node.Float("beta", 1) * values[1]));
    }

    private static Real Transposed(Real matrix)
    {
        var result = Real.Zeros(matrix.Shape[1], matrix.Shape[0]);
        foreach (var index in Real.Indices(result.Shape))
        {
            result[index] = matrix[index[1], index[0]];
        }

        return result;
    }

    private static Real MatMul(Real left, Real right)
    {
        var a = left.Rank == 1 ? new Real([1, .. left.Shape], left.Values) : left;
        var b = right.Rank == 1 ? new Real([.. right.Shape, 1], right.Values) : right;
        var batch = BroadcastShape(a.Shape[..^2], b.Shape[..^2]);
        var result = Real.Zeros([.. batch, a.Shape[^2], b.Shape[^1]]);
        foreach (var index in Real.Indices(result.Shape))
        {
            for (var k = 0L; k < a.Shape[^1]; k++)
            {
                result[index] += a.Broadcast([.. index[..^1], k]) * b.Broadcast([.. index[..^2], k, index[^1]]);
            }
        }

        long[] shape = [.. batch, .. left.Rank == 1 ? [] : new[] { a.Shape[^2] }, .. right.Rank == 1 ? [] : new[] { b.Shape[^1] }];
        return new Real(shape, result.Values);
    }
}
