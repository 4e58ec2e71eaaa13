namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>The paper's random initialisers.</summary>
internal static class StartingWeights
{
    private const double KaimingScale = 0.2;

    /// <summary>A <paramref name="rows"/>×<paramref name="columns"/> weight: outputs × inputs.</summary>
    public static Matrix Draw(ILinearAlgebra algebra, Start start, int rows, int columns, Random random) => start switch
    {
        Start.Normal => Normal(rows, columns, 0.01, random),
        Start.Uniform => Uniform(rows, columns, 0.02, random),
        Start.KaimingNormal => Normal(rows, columns, KaimingScale * Math.Sqrt(2.0 / columns), random),
        Start.KaimingUniform => Uniform(rows, columns, KaimingScale * Math.Sqrt(6.0 / columns), random),
        Start.LecunNormal => Normal(rows, columns, Math.Sqrt(1.0 / columns), random),
        Start.LecunUniform => Uniform(rows, columns, Math.Sqrt(3.0 / columns), random),
        Start.XavierNormal => Normal(rows, columns, Math.Sqrt(2.0 / (rows + columns)), random),
        Start.XavierUniform => Uniform(rows, columns, Math.Sqrt(6.0 / (rows + columns)), random),
        Start.Orthogonal => rows >= columns
            ? algebra.Qr(Normal(rows, columns, 1, random)).Q
            : algebra.Qr(Normal(columns, rows, 1, random)).Q.Transpose(),
        _ => throw new ArgumentOutOfRangeException(nameof(start), start, "not a random start"),
    };

    private static Matrix Uniform(int rows, int columns, double bound, Random random) => Fill(rows, columns, () => bound * ((2 * random.NextDouble()) - 1));

    private static Matrix Normal(int rows, int columns, double deviation, Random random) =>
        Fill(rows, columns, () => random.NextNormal(deviation));

    private static Matrix Fill(int rows, int columns, Func<double> next)
    {
        var matrix = new Matrix(rows, columns);
        foreach (ref var value in matrix.Values.AsSpan())
        {
            value = next();
        }

        return matrix;
    }
}

/// <summary>The weights to begin with.</summary>
internal enum Start
{
    /// <summary>The model's own.</summary>
    Trained,

    /// <summary>0.01·N(0, 1).</summary>
    Normal,

    /// <summary>Uniform in ±0.02.</summary>
    Uniform,

    /// <summary>Kaiming He's normal, times 0.2 as in the paper's code.</summary>
    KaimingNormal,

    /// <summary>Kaiming He's uniform, times 0.2.</summary>
    KaimingUniform,

    /// <summary>LeCun's normal.</summary>
    LecunNormal,

    /// <summary>LeCun's uniform.</summary>
    LecunUniform,

    /// <summary>Xavier Glorot's normal.</summary>
    XavierNormal,

    /// <summary>Xavier Glorot's uniform.</summary>
    XavierUniform,

    /// <summary>Orthonormal rows or columns.</summary>
    Orthogonal,
}
