namespace ModelOptimizer.Methods.Convex;

/// <summary>x ↦ Wx + b.</summary>
/// <param name="Weights">W, one unit a row.</param>
/// <param name="Bias">b; null for none.</param>
internal sealed record AffineLayer(Matrix Weights, double[]? Bias = null)
{
    /// <summary>The units' values on <paramref name="inputs"/>, n×d: one row a unit, one column a sample.</summary>
    public Matrix Apply(ILinearAlgebra algebra, Matrix inputs)
    {
        var values = algebra.Multiply(Weights, inputs, transposeB: true);
        if (Bias is not null)
        {
            Elements.AddToRows(values, Bias);
        }

        return values;
    }

    /// <summary>Whether a unit is above zero whatever the inputs are.</summary>
    public bool IsAlwaysPositive(int unit) => Bias is { } bias && bias[unit] > 0 && !Weights.Row(unit).ContainsAnyExcept(0);

    /// <summary>Some of the units, in the order given.</summary>
    public AffineLayer Only(IReadOnlyList<int> units) => new(Weights.RowsAt(units), Bias is { } bias ? [.. units.Select(unit => bias[unit])] : null);
}
