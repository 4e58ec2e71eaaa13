using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>Whole rows of a row-major array: what ONNX Runtime takes without a copy.</summary>
internal readonly record struct RowBlock(double[] Values, int Offset, int Rows, int Columns)
{
    public RowBlock(double[] values, int rows, int columns)
        : this(values, 0, rows, columns)
    {
    }

    public Span<double> Row(int row) => Values.AsSpan(Offset + (row * Columns), Columns);
}

/// <summary>
/// Products in float64 by ONNX Runtime on the calling thread alone, several at a time: for decompositions that share their steps among <see cref="Workers"/>.
/// With threads of its own ONNX Runtime keeps the cores busy for milliseconds after each product, waiting for the next.
/// </summary>
internal sealed class HostProduct(DeviceSessions device)
{
    // A call costs some microseconds.
    private const long SmallProduct = 16 * 16 * 16;

    private readonly Dictionary<(bool TransposeB, bool Subtract), ModelSession> _sessions = [];

    /// <summary><paramref name="into"/> = a·op(b).</summary>
    public void Multiply(RowBlock a, RowBlock b, RowBlock into, bool transposeB = false) => Run(a, b, into, transposeB, subtract: false);

    /// <summary><paramref name="from"/> −= a·op(b), in place.</summary>
    public void Subtract(RowBlock a, RowBlock b, RowBlock from, bool transposeB = false) => Run(a, b, from, transposeB, subtract: true);

    private static void Loop(RowBlock a, RowBlock b, RowBlock c, bool transposeB, bool subtract)
    {
        for (var i = 0; i < a.Rows; i++)
        {
            var row = a.Row(i);
            var result = c.Row(i);
            if (!subtract)
            {
                result.Clear();
            }

            for (var j = 0; transposeB && j < result.Length; j++)
            {
                result[j] += (subtract ? -1 : 1) * TensorPrimitives.Dot<double>(row, b.Row(j));
            }

            for (var k = 0; !transposeB && k < row.Length; k++)
            {
                TensorPrimitives.MultiplyAdd(b.Row(k), subtract ? -row[k] : row[k], result, result);
            }
        }
    }

    private static PinnedTensor Pin(RowBlock block) => new(
        block.Values,
        TensorElementType.Double,
        [block.Rows, block.Columns],
        (long)sizeof(double) * block.Offset,
        (long)sizeof(double) * block.Rows * block.Columns);

    private void Run(RowBlock a, RowBlock b, RowBlock c, bool transposeB, bool subtract)
    {
        if ((long)a.Rows * a.Columns * c.Columns <= SmallProduct)
        {
            Loop(a, b, c, transposeB, subtract);
            return;
        }

        using var left = Pin(a);
        using var right = Pin(b);
        using var output = Pin(c);
        Session(transposeB, subtract).RunNative(
            subtract ? ["a", "b", "c"] : ["a", "b"],
            subtract ? [left.Value, right.Value, output.Value] : [left.Value, right.Value],
            ["y"],
            [output.Value]);
    }

    private ModelSession Session(bool transposeB, bool subtract)
    {
        lock (_sessions)
        {
            if (!_sessions.TryGetValue((transposeB, subtract), out var session))
            {
                session = device.CreateOneThread(GemmGraph.Build(transposeA: false, transposeB, subtract));
                _sessions.Add((transposeB, subtract), session);
            }

            return session;
        }
    }
}
