namespace ModelOptimizer.Methods.Common;

/// <summary>
/// Keeps the memory that was predicted. Every step leaves large matrices behind, and a collector on a machine with memory to spare lets several times the
/// living ones lie.
/// </summary>
internal sealed class Garbage
{
    /// <summary>Bytes that may lie.</summary>
    public const long Allowed = 1L << 29;

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
