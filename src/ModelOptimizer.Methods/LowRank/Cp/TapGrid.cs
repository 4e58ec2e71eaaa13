namespace ModelOptimizer.Methods.LowRank;

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
}
