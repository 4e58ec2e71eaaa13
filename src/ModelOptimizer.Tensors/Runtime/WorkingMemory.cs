namespace ModelOptimizer.Tensors.Runtime;

/// <summary>
/// The memory that a run may take, and what follows from it. Results do not depend on it: what does not fit goes to files, or comes later.
/// </summary>
internal static class WorkingMemory
{
    /// <summary>What a model may make of one batch of samples, in bytes: the same whatever the limit is, as sums depend on it.</summary>
    public const long BatchBytes = 1L << 28;

    // The runtime keeps larger arrays apart, where only a full collection frees them.
    private const long Large = 85_000;

    private const long MostGarbage = 1L << 29;
    private const long LeastGarbage = 1L << 26;

    private static readonly AsyncLocal<long?> Promised = new();
    private static readonly Lock Collecting = new();
    private static long _made;

    /// <summary>Bytes that the process may take: what the run promised, or half of the machine's memory. In a container its limit counts.</summary>
    public static long Limit => Promised.Value ?? Half;

    /// <summary>Half of the machine's memory.</summary>
    public static long Half { get; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    /// <summary>Bytes of one of the few things that are held for long, such as moments, or what later layers read; more of them goes to files.</summary>
    public static long Share => Limit / 8;

    /// <summary>Bytes of large arrays that may lie dead until they are collected.</summary>
    public static long Garbage => Math.Clamp(Limit / 10, LeastGarbage, MostGarbage);

    /// <summary>Promises to stay within <paramref name="bytes"/> from here on, in this task and those that it starts; null for the default.</summary>
    public static void Promise(long? bytes) => Promised.Value = bytes;

    /// <summary>
    /// Told of every large array before it is made. Each step leaves some behind, and a collector on a machine with memory to spare lets several times the
    /// living ones lie.
    /// </summary>
    public static void Expect(long bytes)
    {
        if (bytes < Large || Interlocked.Add(ref _made, bytes) <= Garbage || !Collecting.TryEnter())
        {
            return;
        }

        try
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
            Interlocked.Exchange(ref _made, bytes);
        }
        finally
        {
            Collecting.Exit();
        }
    }
}
