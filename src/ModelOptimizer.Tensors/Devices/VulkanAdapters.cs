using System.Runtime.InteropServices;
using System.Text;

namespace ModelOptimizer.Tensors.Devices;

/// <summary>Asks the Vulkan loader which devices there are, of which kind and with how much memory.</summary>
internal static unsafe class VulkanAdapters
{
    /// <summary>The loader's library.</summary>
    public const string Loader = "libvulkan.so.1";

    private const int CreateInfoType = 1;

    // Sizes and offsets of VkPhysicalDeviceProperties and VkPhysicalDeviceMemoryProperties on 64-bit systems.
    private const int PropertiesBytes = 1024;
    private const int TypeOffset = 16;
    private const int NameOffset = 20;
    private const int NameBytes = 256;
    private const int MemoryPropertiesBytes = 1024;
    private const int HeapCountOffset = 260;
    private const int HeapsOffset = 264;
    private const int HeapBytes = 16;
    private const int HeapFlagsOffset = 8;
    private const int DeviceLocal = 1;

    /// <summary>None without a loader or a driver.</summary>
    public static IReadOnlyList<VulkanAdapter> List()
    {
        if (!NativeLibrary.TryLoad(Loader, out var loader))
        {
            return [];
        }

        var create = (delegate* unmanaged<void*, void*, nint*, int>)NativeLibrary.GetExport(loader, "vkCreateInstance");
        var destroy = (delegate* unmanaged<nint, void*, void>)NativeLibrary.GetExport(loader, "vkDestroyInstance");
        // VkInstanceCreateInfo: its type, and nothing asked for.
        var info = stackalloc long[8];
        info[0] = CreateInfoType;
        nint instance = 0;
        if (create(info, null, &instance) != 0)
        {
            return [];
        }

        try
        {
            return Read(loader, instance);
        }
        finally
        {
            destroy(instance, null);
        }
    }

    private static List<VulkanAdapter> Read(nint loader, nint instance)
    {
        var enumerate = (delegate* unmanaged<nint, uint*, nint*, int>)NativeLibrary.GetExport(loader, "vkEnumeratePhysicalDevices");
        uint count = 0;
        if (enumerate(instance, &count, null) != 0 || count == 0)
        {
            return [];
        }

        var devices = new nint[count];
        fixed (nint* first = devices)
        {
            return enumerate(instance, &count, first) == 0 ? [.. devices.Take((int)count).Select(device => Describe(loader, device))] : [];
        }
    }

    private static VulkanAdapter Describe(nint loader, nint device)
    {
        var properties = new byte[PropertiesBytes];
        var memory = new byte[MemoryPropertiesBytes];
        fixed (byte* target = properties)
        {
            ((delegate* unmanaged<nint, void*, void>)NativeLibrary.GetExport(loader, "vkGetPhysicalDeviceProperties"))(device, target);
        }

        fixed (byte* target = memory)
        {
            ((delegate* unmanaged<nint, void*, void>)NativeLibrary.GetExport(loader, "vkGetPhysicalDeviceMemoryProperties"))(device, target);
        }

        var name = properties.AsSpan(NameOffset, NameBytes);
        var heaps = Enumerable.Range(0, BitConverter.ToInt32(memory, HeapCountOffset)).Select(heap => HeapsOffset + (heap * HeapBytes));
        return new VulkanAdapter(
            Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)]),
            (VulkanAdapterType)BitConverter.ToInt32(properties, TypeOffset),
            heaps.Where(heap => (memory[heap + HeapFlagsOffset] & DeviceLocal) != 0).Max(heap => BitConverter.ToInt64(memory, heap)));
    }
}
