namespace ModelOptimizer.Tensors.Devices;

/// <summary>A device that a Vulkan driver offers.</summary>
/// <param name="Name">As its driver calls it.</param>
/// <param name="Type">What it is made of.</param>
/// <param name="MemoryBytes">The largest memory on the device.</param>
internal sealed record VulkanAdapter(string Name, VulkanAdapterType Type, long MemoryBytes);
