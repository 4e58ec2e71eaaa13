namespace ModelOptimizer.Bench;

/// <summary>Normal numbers of a seed, for weights (Box–Muller).</summary>
internal sealed class NormalNumbers
{
    private readonly Random _random = new(50);

    /// <summary>The next, as many as <paramref name="shape"/> has.</summary>
    public double[] Draw(double deviation, params long[] shape)
    {
        var values = new double[shape.Aggregate(1L, (product, extent) => product * extent)];
        foreach (ref var value in values.AsSpan())
        {
            value = deviation * Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        }

        return values;
    }
}
