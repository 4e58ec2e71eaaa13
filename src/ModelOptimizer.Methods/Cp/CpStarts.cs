using System.Numerics.Tensors;
using ModelOptimizer.Methods.LowRank;

namespace ModelOptimizer.Methods.Cp;

/// <summary>Where the sweeps start.</summary>
internal sealed class CpStarts(KernelProblem problem, TapGrid grid, int seed)
{
    private readonly CpComponents _kernel = new(problem, grid, problem.Weight);

    /// <summary>The kernel's own components; random ones where it has not as many.</summary>
    public CpFactors Leading(int rank) => Padded(_kernel, rank);

    /// <summary>Normal columns of norm 1. Nothing but the seed, the rank and <paramref name="draw"/> decides them.</summary>
    public CpFactors Random(int rank, int draw)
    {
        var random = new Random(unchecked((((seed * 397) + rank) * 397) + draw));
        Matrix Columns(int rows)
        {
            var columns = new Matrix(rows, rank);
            foreach (ref var value in columns.Values.AsSpan())
            {
                value = random.NextNormal();
            }

            var norms = Enumerable.Range(0, rank).Select(column => CpFactors.ColumnNorm(columns, column)).ToArray();
            for (var row = 0; row < rows; row++)
            {
                TensorPrimitives.Divide(columns.Row(row), norms, columns.Row(row));
            }

            return columns;
        }

        return new CpFactors(Columns(problem.Outputs), Columns(problem.Inputs), [.. grid.Extents.Select(Columns)]);
    }

    /// <summary>A solution of smaller rank, and the components of what it leaves.</summary>
    public CpFactors Grown(CpFactors smaller, int rank)
    {
        var residual = smaller.Reconstruct(problem.Algebra);
        TensorPrimitives.Subtract(problem.Weight.Values, residual.Values, residual.Values);
        return smaller.With(Padded(new CpComponents(problem, grid, residual), rank - smaller.Rank));
    }

    private CpFactors Padded(CpComponents components, int rank)
    {
        var count = Math.Min(rank, components.Count);
        var leading = components.Leading(count).Balanced();
        return count == rank ? leading : leading.With(Random(rank - count, draw: 0));
    }
}
