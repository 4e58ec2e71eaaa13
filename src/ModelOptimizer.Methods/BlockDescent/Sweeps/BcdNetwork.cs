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
