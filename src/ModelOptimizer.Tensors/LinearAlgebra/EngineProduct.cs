using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>Matrix products in float64 as ONNX Gemm nodes, on the host's own arrays without copies.</summary>
internal sealed class EngineProduct(DeviceSessions device)
{
    // Below this many multiply-adds a loop is faster than one call of the runtime (about 10 µs).
    private const long SmallProduct = 32 * 32 * 32;

    // The runtime reads a transposed first operand at two thirds of its speed; from here on a transposed copy costs less.
    private const long LargeProduct = 1L << 28;

    // Block rows of a Gram matrix: high enough for products at full speed.
    private const int GramRows = 512;
    private const int MostGramBlocks = 8;

    private readonly Dictionary<(bool TransposeA, bool TransposeB, bool Subtract), ModelSession> _sessions = [];

    /// <summary>op(a)·op(b).</summary>
    /// <exception cref="ArgumentException">The inner dimensions differ, or <paramref name="into"/> has another shape.</exception>
    public Matrix Multiply(Matrix a, Matrix b, bool transposeA = false, bool transposeB = false, Matrix? into = null)
    {
        var result = ProductTarget.Of(a, b, transposeA, transposeB, into);
        var multiplyAdds = (long)result.Values.Length * (transposeA ? a.Rows : a.Columns);
        if (multiplyAdds <= SmallProduct)
        {
            MultiplySmall(transposeA ? a.Transpose() : a, transposeB ? b.Transpose() : b, result);
        }
        else if (transposeA && multiplyAdds > LargeProduct)
        {
            Run(false, transposeB, a.Transpose(), b, result);
        }
        else
        {
            Run(transposeA, transposeB, a, b, result);
        }

        return result;
    }

    /// <summary>c − op(a)·op(b), of <paramref name="b"/> only <paramref name="rows"/> rows from <paramref name="firstRow"/> on.</summary>
    public Matrix Subtract(Matrix c, Matrix a, Matrix b, int firstRow, int rows, bool transposeA = false, bool transposeB = false)
    {
        var result = Matrix.Uninitialized(c.Rows, c.Columns);
        using var left = Pin(a, 0, a.Rows);
        using var right = Pin(b, firstRow, rows);
        using var start = Pin(c, 0, c.Rows);
        using var output = Pin(result, 0, result.Rows);
        Run((transposeA, transposeB, true), left, right, start, output);
        return result;
    }

    /// <summary>a·aᵀ: block rows up to the diagonal, and the rest by symmetry.</summary>
    public Matrix Gram(Matrix a)
    {
        var height = Math.Max(GramRows, (a.Rows + MostGramBlocks - 1) / MostGramBlocks);
        if (a.Rows <= height)
        {
            return Mirrored(Multiply(a, a, transposeB: true));
        }

        var gram = Matrix.Uninitialized(a.Rows, a.Rows);
        for (var start = 0; start < a.Rows; start += height)
        {
            var rows = Math.Min(height, a.Rows - start);
            var block = Matrix.Uninitialized(rows, start + rows);
            using (var left = Pin(a, start, rows))
            using (var right = Pin(a, 0, start + rows))
            using (var output = Pin(block, 0, rows))
            {
                Run((false, true, false), left, right, null, output);
            }

            gram.SetBlock(start, 0, block);
        }

        return Mirrored(gram);
    }

    private static Matrix Mirrored(Matrix lower)
    {
        for (var i = 0; i < lower.Rows; i++)
        {
            for (var j = 0; j < i; j++)
            {
                lower[j, i] = lower[i, j];
            }
        }

        return lower;
    }

    private static void MultiplySmall(Matrix a, Matrix b, Matrix result)
    {
        Array.Clear(result.Values);
        for (var i = 0; i < a.Rows; i++)
        {
            var row = result.Row(i);
            for (var k = 0; k < a.Columns; k++)
            {
                TensorPrimitives.MultiplyAdd(b.Row(k), a[i, k], row, row);
            }
        }
    }

    private void Run(bool transposeA, bool transposeB, Matrix a, Matrix b, Matrix result)
    {
        using var left = Pin(a, 0, a.Rows);
        using var right = Pin(b, 0, b.Rows);
        using var output = Pin(result, 0, result.Rows);
        Run((transposeA, transposeB, false), left, right, null, output);
    }

    private void Run((bool TransposeA, bool TransposeB, bool Subtract) key, PinnedTensor left, PinnedTensor right, PinnedTensor? start, PinnedTensor output)
    {
        if (!_sessions.TryGetValue(key, out var session))
        {
            session = device.CreateProduct(GemmGraph.Build(key.TransposeA, key.TransposeB, key.Subtract));
            _sessions.Add(key, session);
        }

        session.RunNative(
            start is null ? ["a", "b"] : ["a", "b", "c"],
            start is null ? [left.Value, right.Value] : [left.Value, right.Value, start.Value],
            ["y"],
            [output.Value]);
    }

    private static PinnedTensor Pin(Matrix matrix, int firstRow, int rows) =>
        new(
            matrix.Values,
            TensorElementType.Double,
            [rows, matrix.Columns],
            (long)sizeof(double) * firstRow * matrix.Columns,
            (long)sizeof(double) * rows * matrix.Columns
        );
}
