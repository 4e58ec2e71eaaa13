namespace ModelOptimizer.Tensors.Runtime;

/// <summary>How the C library of Linux keeps what ONNX Runtime allocates.</summary>
internal static class NativeHeap
{
    /// <summary>
    /// Environment variables of a process that runs large graphs: blocks of 4 MB and more go back when they are freed. By itself glibc raises that to 32 MB
    /// after the first such block, and keeps hundreds of megabytes between what is still in use. Other systems do not know them.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string> { ["MALLOC_MMAP_THRESHOLD_"] = $"{4 << 20}" };
}
