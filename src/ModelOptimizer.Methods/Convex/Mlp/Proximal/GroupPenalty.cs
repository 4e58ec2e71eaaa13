using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Convex;

/// <summary>Ω(U) = Σ_j a‖u_j‖₂ + b/2‖u_j‖², the u_j the rows of U: the group lasso for b = 0, the group elastic net otherwise.</summary>
/// <param name="Norm">a, not negative.</param>
/// <param name="Ridge">b, not negative.</param>
internal sealed record GroupPenalty(double Norm, double Ridge = 0)
{
    /// <summary>Ω.</summary>
    public double Value(Matrix weights) => Elements.Sum(weights.Rows, j =>
    {
        var norm = TensorPrimitives.Norm<double>(weights.Row(j));
        return (Norm * norm) + (Ridge / 2 * norm * norm);
    });

    /// <summary>prox_sΩ in place: u·max(1 − sa/‖u‖, 0)/(1 + sb), for each row.</summary>
    public void Shrink(Matrix weights, double step) => Parallel.For(0, weights.Rows, j =>
    {
        var row = weights.Row(j);
        var norm = TensorPrimitives.Norm<double>(row);
        if (norm <= step * Norm)
        {
            row.Clear();
        }
        else
        {
            TensorPrimitives.Multiply(row, (1 - (step * Norm / norm)) / (1 + (step * Ridge)), row);
        }
    });

    /// <summary>
    /// ‖the shortest element of ∇ + ∂Ω‖²: rows ∇ + bu + au/‖u‖ where u ≠ 0, and ∇·max(1 − a/‖∇‖, 0) where u = 0. Zero exactly at the minimum.
    /// </summary>
    public double SquaredSubgradient(Matrix weights, Matrix gradient) => Elements.Sum(weights.Rows, j =>
    {
        var row = weights.Row(j);
        var slope = gradient.Row(j);
        var norm = TensorPrimitives.Norm<double>(row);
        if (norm == 0)
        {
            var excess = Math.Max(TensorPrimitives.Norm<double>(slope) - Norm, 0);
            return excess * excess;
        }

        // Term by term: the expanded square would lose half of the digits near the minimum.
        var (sum, factor) = (0.0, Ridge + (Norm / norm));
        for (var i = 0; i < row.Length; i++)
        {
            var term = slope[i] + (factor * row[i]);
            sum += term * term;
        }

        return sum;
    });

    /// <summary>Ω*(∇) = Σ_j max(‖∇_j‖ − a, 0)²/2b, for b > 0.</summary>
    public double Conjugate(Matrix gradient) => Elements.Sum(gradient.Rows, j =>
    {
        var excess = Math.Max(TensorPrimitives.Norm<double>(gradient.Row(j)) - Norm, 0);
        return excess * excess / (2 * Ridge);
    });
}
