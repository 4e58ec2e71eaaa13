using System.Runtime.InteropServices;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.LinearAlgebra.Backends;

namespace ModelOptimizer.Pipeline.Inspection;

/// <summary>Looks at the machine.</summary>
public static class EnvironmentInspector
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
            return new LibraryReport(true, LinearAlgebraBackends.Describe());
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
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $"doctor-{Environment.ProcessId}.tmp");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }
}
