namespace ModelOptimizer.Pipeline.Gates;

/// <summary>What two models did on the same samples, each right (1) or wrong (0).</summary>
/// <param name="Samples">Number of samples.</param>
/// <param name="Lost">Samples that only the original got right.</param>
/// <param name="Gained">Samples that only the compressed model got right.</param>
internal readonly record struct PairedCounts(int Samples, int Lost, int Gained)
{
    /// <summary>Fall of the share of right samples.</summary>
    public double Drop => (double)(Lost - Gained) / Samples;

    /// <summary>Counts scores of 0 and 1.</summary>
    public static PairedCounts From(double[] original, double[] compressed)
    {
        int lost = 0, gained = 0;
        for (var i = 0; i < original.Length; i++)
        {
            lost += original[i] > compressed[i] ? 1 : 0;
            gained += original[i] < compressed[i] ? 1 : 0;
        }

        return new PairedCounts(original.Length, lost, gained);
    }
}
