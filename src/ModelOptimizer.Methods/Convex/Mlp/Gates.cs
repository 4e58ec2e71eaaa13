namespace ModelOptimizer.Methods.Convex.Mlp;

/// <summary>The fixed gates g_i of a gated-ReLU network and where they are open on the training samples.</summary>
/// <param name="Directions">The g_i as rows, p×d.</param>
/// <param name="Patterns">The diagonals of D_i = diag(1[Xg_i > 0]) as rows of zeros and ones, p×n.</param>
internal sealed record Gates(Matrix Directions, Matrix Patterns)
{
    /// <summary>
    /// A gate that is open on every sample, so that the network has a linear part, and gates from N(0, I_d), without those of a pattern that an earlier one has and those that never open.
    /// </summary>
    /// <param name="algebra">Linear algebra.</param>
    /// <param name="inputs">X, n×d, its last column positive and the same for all samples, in the units the gates shall be in.</param>
    /// <param name="count">Gates, the open one and those drawn.</param>
    /// <param name="seed">Where the draws begin.</param>
    public static Gates Sample(ILinearAlgebra algebra, Matrix inputs, int count, int seed)
    {
        var random = new Random(seed);
        var directions = new Matrix(count, inputs.Columns);
        directions[0, inputs.Columns - 1] = 1;
        for (var i = inputs.Columns; i < directions.Values.Length; i++)
        {
            directions.Values[i] = random.NextNormal();
        }

        var values = algebra.Multiply(directions, inputs, transposeB: true);
        var seen = new HashSet<ActivationPattern>();
        int[] kept = [.. Enumerable.Range(0, count).Where(i => new ActivationPattern(values.Row(i)) is { IsClosed: false } pattern && seen.Add(pattern))];
        return new Gates(directions.RowsAt(kept), Open(values.RowsAt(kept)));
    }

    /// <summary>1[v > 0], in place.</summary>
    public static Matrix Open(Matrix values)
    {
        Parallel.For(0, values.Rows, i =>
        {
            foreach (ref var value in values.Row(i))
            {
                value = value > 0 ? 1 : 0;
            }
        });
        return values;
    }
}
