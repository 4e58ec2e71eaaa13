namespace ModelOptimizer.Tensors.Devices;

/// <summary>What is known of a device before anything runs on it.</summary>
/// <param name="Name">The device in words of the device class, such as <c>x64/avx512</c> or <c>sm90</c>.</param>
/// <param name="MemoryBytes">Its memory; null where nobody says.</param>
/// <param name="Software">Why it is no hardware; null when it is.</param>
internal sealed record DeviceFacts(string Name, long? MemoryBytes = null, string? Software = null)
{
    /// <summary>A device of which nothing is known.</summary>
    public static DeviceFacts Unknown { get; } = new("unknown");
}
