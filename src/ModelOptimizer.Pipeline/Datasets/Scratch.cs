namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>Room for the values of one sample, before and after a change of layout.</summary>
internal sealed class Scratch(long elements)
{
    public double[] First { get; } = new double[elements];

    public double[] Second { get; } = new double[elements];
}
