using System.Runtime.InteropServices;
using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Pipeline.Inspection;

/// <summary>Looks at the machine.</summary>
internal static class EnvironmentInspector
{
    /// <summary>Tries every device and the cache's folder.</summary>
    public static EnvironmentReport Inspect(string toolVersion, string cache)
    {
        var devices = DeviceSelector.Order.Select(Try).ToList();
        var (auto, why) = Choose();
        return new EnvironmentReport(
            1,
            toolVersion,
            auto is null ? why : DeviceSelector.RuntimeVersion,
            RuntimeInformation.FrameworkDescription,
            RuntimeInformation.RuntimeIdentifier,
            RuntimeInformation.OSDescription,
            Environment.ProcessorCount,
            cache,
            Directory.Exists(cache) ? CacheInspector.Inspect(cache).Bytes : null,
            WriteProblem(cache),
            auto,
            why,
            devices,
            TorchSharp(),
            auto is null ? [] : OfferedDevice.All,
            auto is null ? null : OfferedDevice.Problem);
    }

    private static (string? DeviceClass, string Why) Choose()
    {
        try
        {
            var device = DeviceSelector.Select("auto");
            return (device.DeviceClass, device.Note);
        }
        catch (DiagnosticException exception)
        {
            return (null, exception.Diagnostic.Message);
        }
    }

    private static DeviceReport Try(string kind)
    {
        try
        {
            var (device, obstacle) = DeviceSelector.Probe(kind);
            return device is null
                ? new DeviceReport(kind, false, obstacle!)
                : new DeviceReport(kind, true, device.DeviceClass, device.MemoryBytes, SpeedTest.Measure(device));
        }
        catch (DiagnosticException exception)
        {
            return new DeviceReport(kind, false, exception.Diagnostic.Message);
        }
    }

    private static LibraryReport TorchSharp()
    {
        try
        {
            return new LibraryReport(true, LinearAlgebraBackends.Describe(DeviceSelector.Select(DeviceCatalogue.Cpu)));
        }
        catch (DiagnosticException exception)
        {
            return new LibraryReport(false, exception.Diagnostic.Message);
        }
    }

    private static string? WriteProblem(string folder)
    {
        try
        {
            Disk.Folder(folder);
            var probe = Path.Combine(folder, $"doctor-{Environment.ProcessId}.tmp");
            Disk.Create(probe, []);
            Disk.Delete(probe);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }
}

/// <summary>Looks at a cache and empties it. A folder that is not there is an empty cache; what else is in a folder is not looked at.</summary>
internal static class CacheInspector
{
    /// <summary>Counts what is in <paramref name="folder"/>.</summary>
    public static CacheReport Inspect(string folder)
    {
        var found = CacheEntry.AllIn(folder);
        var uses = found.Where(entry => !entry.IsTemporary).Select(entry => (DateTime?)entry.LastUse).ToList();
        var (bytes, limit) = (found.Sum(entry => entry.Bytes), CacheFolder.Limit + CacheFolder.MomentLimit);
        return new CacheReport(1, folder, uses.Count, found.Count - uses.Count, bytes, limit, uses.Min(), uses.Max());
    }

    /// <summary>Removes every entry and leftover, and nothing else. A build that is just adding an entry will not find it next time.</summary>
    public static CacheClearing Clear(string folder)
    {
        var found = CacheEntry.AllIn(folder).ToLookup(entry => CacheEntry.Discard(entry.Path));
        foreach (var area in CacheLayout.Areas)
        {
            DeleteIfEmpty(Path.Combine(folder, area));
        }

        return new CacheClearing(
            1,
            folder,
            found[true].Count(entry => !entry.IsTemporary),
            found[true].Count(entry => entry.IsTemporary),
            found[true].Sum(entry => entry.Bytes),
            [.. found[false].Select(entry => entry.Path)]);
    }

    private static void DeleteIfEmpty(string folder)
    {
        try
        {
            Disk.DeleteFolder(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not there, or somebody has something in it.
        }
    }
}
