using System.Numerics.Tensors;
using ModelOptimizer.Methods.Convex.Mlp.Proximal;

namespace ModelOptimizer.Methods.Convex.Mlp;

/// <summary>
/// U ↦ Σ_i D_iXU_i, transposed: row k of the prediction belongs to output k. u_{i,k} is row k·p + i of U, p the number of gates, so that one output is one product with X.
/// </summary>
/// <param name="algebra">Linear algebra.</param>
/// <param name="inputs">X, n×d.</param>
/// <param name="patterns">The diagonals of the D_i as rows, p×n.</param>
/// <param name="outputs">c.</param>
internal sealed class GatedFeatures(ILinearAlgebra algebra, Matrix inputs, Matrix patterns, int outputs) : ILinearMap
{
    // Samples that one core adds up at a time; sums do not depend on it.
    private const int Part = 1024;

    private readonly Matrix _block = new(patterns.Rows, inputs.Columns);
    private readonly Matrix _products = new(patterns.Rows, inputs.Rows);
    private readonly int[] _all = [.. Enumerable.Range(0, patterns.Rows)];

    public int Groups => outputs * patterns.Rows;

    public int Width => inputs.Columns;

    public void Apply(Matrix weights, Matrix prediction)
    {
        for (var k = 0; k < outputs; k++)
        {
            weights.Values.AsSpan(k * _block.Values.Length, _block.Values.Length).CopyTo(_block.Values);
            var active = _block.NonZeroRows();
            if (2 * active.Count > patterns.Rows)
            {
                algebra.Multiply(_block, inputs, transposeB: true, into: _products);
                AddOpen(prediction, k, _all, _products);
            }
            else
            {
                // Most groups of a solution are zero.
                AddOpen(prediction, k, active, algebra.Multiply(_block.RowsAt(active), inputs, transposeB: true));
            }
        }
    }

    public void Adjoint(Matrix residual, Matrix weights)
    {
        for (var k = 0; k < outputs; k++)
        {
            Parallel.For(0, patterns.Rows, i => TensorPrimitives.Multiply(patterns.Row(i), residual.Row(k), _products.Row(i)));
            algebra.Multiply(_products, inputs, into: _block);
            _block.Values.CopyTo(weights.Values, k * _block.Values.Length);
        }
    }

    private void AddOpen(Matrix prediction, int k, IReadOnlyList<int> gates, Matrix products) => Parallel.For(0, (inputs.Rows + Part - 1) / Part, number =>
    {
        var start = number * Part;
        var length = Math.Min(Part, inputs.Rows - start);
        var sums = prediction.Row(k).Slice(start, length);
        sums.Clear();
        for (var j = 0; j < gates.Count; j++)
        {
            TensorPrimitives.MultiplyAdd(patterns.Row(gates[j]).Slice(start, length), products.Row(j).Slice(start, length), sums, sums);
        }
    });
}
