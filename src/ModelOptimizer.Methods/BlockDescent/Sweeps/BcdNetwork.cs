using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>All variables of the problem.</summary>
internal sealed class BcdNetwork
{
    private readonly ILinearAlgebra _algebra;

    /// <summary>Starts with U and V from one forward pass through W.</summary>
    /// <param name="algebra">Linear algebra.</param>
    /// <param name="input">V_0, d_0×n; for a convolution the patches as columns.</param>
    /// <param name="target">Y, d_N×n; null takes what the network gives.</param>
    /// <param name="layers">The layers, first to last.</param>
    public BcdNetwork(ILinearAlgebra algebra, Matrix input, Matrix? target, IReadOnlyList<BcdLayer> layers)
    {
        (_algebra, Input, Layers) = (algebra, input, layers);
        for (var i = 0; i < layers.Count; i++)
        {
            Propagate(i);
            layers[i].Before = layers[i].Linear.Clone();
            layers[i].After = Elements.Activation(layers[i].Before, layers[i].Relu);
        }

        Target = target ?? layers[^1].After.Clone();
    }

    /// <summary>V_0.</summary>
    public Matrix Input { get; }

    /// <summary>Y.</summary>
    public Matrix Target { get; }

    public IReadOnlyList<BcdLayer> Layers { get; }

    /// <summary>V_{i−1} as the columns that layer <paramref name="index"/> takes.</summary>
    public Matrix InputOf(int index)
    {
        if (index == 0)
        {
            return Input;
        }

        var width = Layers[index].Weight.Columns;
        return Layers[index - 1].After.Reshape(width, Layers[index - 1].After.Values.Length / width);
    }

    /// <summary>Brings W·V_{i−1} + b up to date.</summary>
    public void Propagate(int index)
    {
        var layer = Layers[index];
        layer.Linear = _algebra.Multiply(layer.Weight, InputOf(index), into: layer.Linear.Rows > 0 ? layer.Linear : null);
        Elements.AddToRows(layer.Linear, layer.Bias);
    }

    /// <summary>F and its parts; <see cref="BcdLayer.Linear"/> must be up to date.</summary>
    public Objective Objective(Penalties penalties)
    {
        double activation = 0, linear = 0, compression = 0;
        foreach (var layer in Layers)
        {
            activation += penalties.Activation / 2 * Elements.Sum(layer.After.Rows, i => Gap(layer.After.Row(i), layer.Before.Row(i), layer.Relu));
            linear += penalties.Linear / 2 * Elements.SquaredDistance(layer.Before, layer.Linear);
            compression += layer.Copy is null ? 0 : penalties.Compression / 2 * Elements.SquaredDistance(layer.Weight, layer.Copy.Value);
        }

        return new Objective(Elements.SquaredDistance(Layers[^1].After, Target) / 2, activation, linear, compression);
    }

    /// <summary>‖P‖².</summary>
    public double SquaredNorm() => Layers.Sum(layer =>
        TensorPrimitives.SumOfSquares<double>(layer.Weight.Values) + TensorPrimitives.SumOfSquares<double>(layer.Bias)
        + TensorPrimitives.SumOfSquares<double>(layer.Before.Values) + TensorPrimitives.SumOfSquares<double>(layer.After.Values)
        + (layer.Copy is null ? 0 : TensorPrimitives.SumOfSquares<double>(layer.Copy.Value.Values)));

    private static double Gap(ReadOnlySpan<double> after, ReadOnlySpan<double> before, bool relu)
    {
        var sum = 0.0;
        for (var j = 0; j < after.Length; j++)
        {
            var gap = after[j] - (relu ? Math.Max(before[j], 0) : before[j]);
            sum += gap * gap;
        }

        return sum;
    }
}

/// <summary>
/// One layer's variables. Samples are columns; a convolution has a column for every window of every sample, and what it gives, read with the same numbers as
/// (filters·windows)×n, is what the next layer takes.
/// </summary>
internal sealed class BcdLayer
{
    /// <summary>W, d_i×d_{i−1}.</summary>
    public required Matrix Weight { get; set; }

    /// <summary>b, d_i numbers.</summary>
    public required double[] Bias { get; init; }

    /// <summary>Ŵ; null for a layer that is not compressed.</summary>
    public WeightCopy? Copy { get; init; }

    /// <summary>Whether σ is the ReLU; otherwise it is the identity.</summary>
    public required bool Relu { get; init; }

    /// <summary>U, d_i×columns: the copy of what enters σ.</summary>
    public Matrix Before { get; set; } = new(0, 0);

    /// <summary>V, d_i×columns: the copy of what leaves σ.</summary>
    public Matrix After { get; set; } = new(0, 0);

    /// <summary>W·V_{i−1} + b as of the last change of any of the three: what the U-step of the next sweep needs, and F.</summary>
    public Matrix Linear { get; set; } = new(0, 0);

    /// <summary>Of <see cref="After"/>'s size, for what a step needs on the way; null until it is first needed.</summary>
    public Matrix? Scratch { get; set; }

    /// <summary>The weights that the network is used with.</summary>
    public Matrix Used => Copy?.Value ?? Weight;
}

/// <summary>
/// Ridge systems (c·I + X·Xᵀ), symmetric positive definite with smallest eigenvalue at least c, by a Cholesky factor of whichever of X·Xᵀ and Xᵀ·X is smaller:
/// (c·I + X·Xᵀ)⁻¹·X = X·(c·I + Xᵀ·X)⁻¹.
/// </summary>
internal static class ShiftedGram
{
    /// <summary>(c·I + X·Xᵀ)⁻¹·X·<paramref name="right"/>, for X given as its transpose. May be written into <paramref name="into"/>.</summary>
    public static Matrix SolveProjected(ILinearAlgebra algebra, double c, Matrix transposed, Matrix right, Matrix? into = null)
    {
        if (transposed.Rows <= transposed.Columns)
        {
            var factor = algebra.Cholesky(Shifted(algebra.Gram(transposed), c));
            return algebra.Multiply(transposed, algebra.CholeskySolve(factor, right), transposeA: true, into: into);
        }

        var x = transposed.Transpose();
        return algebra.CholeskySolve(algebra.Cholesky(Shifted(algebra.Gram(x), c)), algebra.Multiply(x, right));
    }

    /// <summary>m + c·I, in place.</summary>
    public static Matrix Shifted(Matrix m, double c)
    {
        for (var i = 0; i < m.Rows; i++)
        {
            m[i, i] += c;
        }

        return m;
    }
}
