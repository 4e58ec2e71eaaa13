using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelOptimizer.Tensors.Graphs;
using ModelOptimizer.Tensors.Runtime;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>Matrix products in float64 as ONNX Gemm nodes, on the host's own arrays without copies.</summary>
internal sealed class EngineProduct(Engine engine)
{
    // Below this many multiply-adds a loop is faster than one call of the runtime (about 10 µs).
    private const long SmallProduct = 32 * 32 * 32;

    private readonly Dictionary<(bool TransposeA, bool TransposeB, bool Subtract), ModelSession> sessions = [];

    /// <summary>op(a)·op(b).</summary>
    /// <exception cref="ArgumentException">The inner dimensions differ.</exception>
    public Matrix Multiply(Matrix a, Matrix b, bool transposeA = false, bool transposeB = false)
    {
        var (rows, inner) = transposeA ? (a.Columns, a.Rows) : (a.Rows, a.Columns);
        var (other, columns) = transposeB ? (b.Columns, b.Rows) : (b.Rows, b.Columns);
        if (inner != other)
        {
            throw new ArgumentException($"{rows}×{inner} times {other}×{columns} is not defined.", nameof(b));
        }

        var result = new Matrix(rows, columns);
        if ((long)rows * inner * columns <= SmallProduct)
        {
            MultiplySmall(transposeA ? a.Transpose() : a, transposeB ? b.Transpose() : b, result);
        }
        else
        {
            Run((transposeA, transposeB, false), a, b, null, result);
        }

        return result;
    }

    /// <summary>c − op(a)·op(b).</summary>
    public Matrix Subtract(Matrix c, Matrix a, Matrix b, bool transposeA = false, bool transposeB = false)
    {
        if (a.Values.Length == 0 || b.Values.Length == 0 || c.Values.Length == 0)
        {
            return c;
        }

        var result = new Matrix(c.Rows, c.Columns);
        Run((transposeA, transposeB, true), a, b, c, result);
        return result;
    }

    private static void MultiplySmall(Matrix a, Matrix b, Matrix result)
    {
        for (var i = 0; i < a.Rows; i++)
        {
            var row = result.Row(i);
            for (var k = 0; k < a.Columns; k++)
            {
                TensorPrimitives.MultiplyAdd(b.Row(k), a[i, k], row, row);
            }
        }
    }

    private static ModelSession Create(Engine engine, bool transposeA, bool transposeB, bool subtract)
    {
        var builder = new GraphBuilder();
        List<string> inputs = [builder.Input("a", DataType.Double, -1, -1), builder.Input("b", DataType.Double, -1, -1)];
        if (subtract)
        {
            inputs.Add(builder.Input("c", DataType.Double, -1, -1));
        }

        builder.NodeTo(
            "y",
            "Gemm",
            inputs,
            GraphBuilder.Attribute("transA", transposeA ? 1 : 0),
            GraphBuilder.Attribute("transB", transposeB ? 1 : 0),
            GraphBuilder.Attribute("alpha", subtract ? -1f : 1f));
        builder.Output("y", DataType.Double, -1, -1);
        return engine.CreateSession(builder.Build());
    }

    private void Run((bool TransposeA, bool TransposeB, bool Subtract) key, Matrix a, Matrix b, Matrix? c, Matrix result)
    {
        if (!sessions.TryGetValue(key, out var session))
        {
            session = Create(engine, key.TransposeA, key.TransposeB, key.Subtract);
            sessions.Add(key, session);
        }

        using var left = Pin(a);
        using var right = Pin(b);
        using var start = c is null ? null : Pin(c);
        using var output = Pin(result);
        session.RunNative(
            start is null ? ["a", "b"] : ["a", "b", "c"],
            start is null ? [left.Value, right.Value] : [left.Value, right.Value, start.Value],
            ["y"],
            [output.Value]);
    }

    private static PinnedTensor Pin(Matrix matrix) => new(matrix.Values, TensorElementType.Double, [matrix.Rows, matrix.Columns]);
}
