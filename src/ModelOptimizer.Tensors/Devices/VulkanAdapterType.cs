namespace ModelOptimizer.Tensors.Devices;

/// <summary>VkPhysicalDeviceType.</summary>
internal enum VulkanAdapterType
{
    Other,
    Integrated,
    Discrete,
    Virtual,
    Cpu,
}
