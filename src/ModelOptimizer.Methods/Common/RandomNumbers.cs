namespace ModelOptimizer.Methods.Common;

/// <summary>Random numbers that <see cref="Random"/> itself does not have.</summary>
internal static class RandomNumbers
{
    /// <summary>A normal number with mean 0 (Box–Muller).</summary>
    public static double NextNormal(this Random random, double deviation = 1) =>
        deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
