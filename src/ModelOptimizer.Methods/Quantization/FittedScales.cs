using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>The best scales for given codes: (w − s·q)·Σ·(w − s·q)ᵀ is least at s = w·Σ·qᵀ / q·Σ·qᵀ.</summary>
internal static class FittedScales
{
    /// <summary>Replaces the scales of <paramref name="rows"/> rows of W.</summary>
    /// <param name="algebra">For the product with Σ.</param>
    /// <param name="sigma">Σ, D×D.</param>
    /// <param name="weight">W, T×D.</param>
    /// <param name="first">The first row.</param>
    /// <param name="rows">How many.</param>
    /// <param name="scales">A scale for each row of W; those that no better one is known for stay.</param>
    /// <param name="codes">T×D codes.</param>
    /// <returns>Each row's squared error less w·Σ·wᵀ, which codes and scales do not change.</returns>
    public static double[] Fit(ILinearAlgebra algebra, Matrix sigma, Matrix weight, int first, int rows, float[] scales, sbyte[] codes)
    {
        var size = weight.Columns;
        var part = new Matrix(rows, size, Array.ConvertAll(codes[(first * size)..((first + rows) * size)], code => (double)code));
        var product = algebra.Multiply(part, sigma);
        var errors = new double[rows];
        for (var i = 0; i < rows; i++)
        {
            var along = TensorPrimitives.Dot<double>(weight.Row(first + i), product.Row(i));
            var energy = TensorPrimitives.Dot<double>(part.Row(i), product.Row(i));
            // A scale below zero would turn the grid around.
            if (energy > 0 && along > 0)
            {
                scales[first + i] = (float)(along / energy);
            }

            double scale = scales[first + i];
            errors[i] = (scale * scale * energy) - (2 * scale * along);
        }

        return errors;
    }
}
