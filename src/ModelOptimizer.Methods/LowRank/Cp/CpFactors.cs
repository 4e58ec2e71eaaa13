using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>W~[t,s,k] = Σ_r U_T[t,r]·U_S[s,r]·Π_a U_a[k_a,r], k_a the place of tap k on axis a.</summary>
/// <param name="Output">U_T, T×R.</param>
/// <param name="Input">U_S, S×R.</param>
/// <param name="Axes">U_H and U_W (Kh×R and Kw×R) of the 4-way form, U_K (K×R) of the 3-way form.</param>
internal sealed record CpFactors(Matrix Output, Matrix Input, IReadOnlyList<Matrix> Axes)
{
    /// <summary>R.</summary>
    public int Rank => Output.Columns;

    /// <summary>c, K×R: the product of all axes' factors.</summary>
    public Matrix Taps() => TapsWithout(-1);

    /// <summary>The product of all axes' factors but one, K×R.</summary>
    public Matrix TapsWithout(int axis)
    {
        var grid = TapGrid.Of(this);
        var product = new Matrix(grid.Taps, Rank);
        for (var k = 0; k < grid.Taps; k++)
        {
            product.Row(k).Fill(1);
            for (var a = 0; a < Axes.Count; a++)
            {
                if (a != axis)
                {
                    TensorPrimitives.Multiply(product.Row(k), Axes[a].Row(grid.Place(k, a)), product.Row(k));
                }
            }
        }

        return product;
    }

    /// <summary>W~, T×(K·S), tap-major.</summary>
    public Matrix Reconstruct(ILinearAlgebra algebra) => algebra.Multiply(Output, Expanded(Taps(), Input.Transpose()));

    /// <summary>Mᵀ with M = U_K ⊙ U_S: R×(K·S), row r column k·S + s is taps[k,r]·transposed[r,s].</summary>
    public static Matrix Expanded(Matrix taps, Matrix transposed)
    {
        var (rank, channels) = (transposed.Rows, transposed.Columns);
        var rows = new Matrix(rank, taps.Rows * channels);
        for (var r = 0; r < rank; r++)
        {
            for (var k = 0; k < taps.Rows; k++)
            {
                TensorPrimitives.Multiply(transposed.Row(r), taps[k, r], rows.Row(r).Slice(k * channels, channels));
            }
        }

        return rows;
    }

    /// <summary>Σ_s rows[r,(k,s)]·transposed[r,s], K×R.</summary>
    public static Matrix Contracted(Matrix rows, Matrix transposed)
    {
        var channels = transposed.Columns;
        var result = new Matrix(rows.Columns / channels, rows.Rows);
        for (var k = 0; k < result.Rows; k++)
        {
            for (var r = 0; r < result.Columns; r++)
            {
                result[k, r] = TensorPrimitives.Dot<double>(rows.Row(r).Slice(k * channels, channels), transposed.Row(r));
            }
        }

        return result;
    }

    /// <summary>The product of a component's column norms.</summary>
    public double Norm(int component) => Parts.Aggregate(1.0, (product, part) => product * ColumnNorm(part, component));

    /// <summary>The same W~ with columns of one norm in every component.</summary>
    public CpFactors Balanced()
    {
        var result = new CpFactors(Output.Clone(), Input.Clone(), [.. Axes.Select(axis => axis.Clone())]);
        for (var r = 0; r < Rank; r++)
        {
            var common = Math.Pow(Norm(r), 1.0 / (2 + Axes.Count));
            foreach (var part in result.Parts)
            {
                // A component that is zero stays so in all its columns.
                var norm = ColumnNorm(part, r);
                Scale(part, r, norm > 0 && common > 0 ? common / norm : 0);
            }
        }

        return result;
    }

    /// <summary>These components and those of another.</summary>
    public CpFactors With(CpFactors other) =>
        new(Joined(Output, other.Output), Joined(Input, other.Input), [.. Axes.Zip(other.Axes, Joined)]);

    /// <summary>All factors.</summary>
    public IEnumerable<Matrix> Parts => [Output, Input, .. Axes];

    public static double ColumnNorm(Matrix matrix, int column)
    {
        var sum = 0.0;
        for (var row = 0; row < matrix.Rows; row++)
        {
            sum += matrix[row, column] * matrix[row, column];
        }

        return Math.Sqrt(sum);
    }

    private static void Scale(Matrix matrix, int column, double by)
    {
        for (var row = 0; row < matrix.Rows; row++)
        {
            matrix[row, column] *= by;
        }
    }

    private static Matrix Joined(Matrix left, Matrix right)
    {
        var result = new Matrix(left.Rows, left.Columns + right.Columns);
        for (var row = 0; row < left.Rows; row++)
        {
            left.Row(row).CopyTo(result.Row(row));
            right.Row(row).CopyTo(result.Row(row)[left.Columns..]);
        }

        return result;
    }
}

/// <summary>Taps as places on axes, the last axis fastest, as in the ONNX weight.</summary>
/// <param name="Extents">Kh and Kw of the 4-way form, K of the 3-way form.</param>
internal sealed record TapGrid(IReadOnlyList<int> Extents)
{
    /// <summary>K.</summary>
    public int Taps => Extents.Product();

    public static TapGrid Of(CpFactors factors) => new([.. factors.Axes.Select(axis => axis.Rows)]);

    /// <summary>Where tap <paramref name="tap"/> is on <paramref name="axis"/>.</summary>
    public int Place(int tap, int axis)
    {
        for (var a = Extents.Count - 1; a > axis; a--)
        {
            tap /= Extents[a];
        }

        return tap % Extents[axis];
    }

    /// <summary>Whether two taps have the same place on every axis but <paramref name="axis"/>.</summary>
    public bool IsSameElsewhere(int tap, int other, int axis) =>
        Enumerable.Range(0, Extents.Count).All(a => a == axis || Place(tap, a) == Place(other, a));
}
