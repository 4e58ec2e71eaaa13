namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>
/// Keeps the memory that was predicted. Every step leaves large matrices behind, and a collector on a machine with memory to spare lets several times the living ones lie.
/// </summary>
internal sealed class Garbage
{
    private const long Allowed = 1L << 30;

    private long _collected = GC.GetTotalAllocatedBytes();

    /// <summary>Collects once enough was allocated.</summary>
    public void Collect()
    {
        if (GC.GetTotalAllocatedBytes() - _collected > Allowed)
        {
            GC.Collect();
            _collected = GC.GetTotalAllocatedBytes();
        }
    }
}
