namespace ModelOptimizer.Methods.BlockDescent;

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
