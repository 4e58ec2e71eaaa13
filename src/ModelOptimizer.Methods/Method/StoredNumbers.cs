using System.Runtime.InteropServices;

namespace ModelOptimizer.Methods;

/// <summary>Numbers in an <see cref="IBlobStore"/>.</summary>
internal static class StoredNumbers
{
    /// <summary>The numbers of <paramref name="name"/>, computed where they are not there yet.</summary>
    public static double[] Numbers(this StepContext context, string name, Func<double[]> compute)
    {
        if (context.Blobs?.Find(name) is { } stored && stored.Length % sizeof(double) == 0)
        {
            return MemoryMarshal.Cast<byte, double>(stored).ToArray();
        }

        var numbers = compute();
        context.Blobs?.Add(name, MemoryMarshal.AsBytes<double>(numbers).ToArray());
        return numbers;
    }
}
