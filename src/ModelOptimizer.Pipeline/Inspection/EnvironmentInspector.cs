using System.Runtime.InteropServices;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Tensors.Devices;

namespace ModelOptimizer.Pipeline.Inspection;

/// <summary>Looks at the machine.</summary>
public static class EnvironmentInspector
{
    private const string RuntimeMark = "+ort";

    /// <summary>Tries every device and the cache's folder.</summary>
    public static EnvironmentReport Inspect(string toolVersion, string cache)
    {
        var devices = DeviceSelector.Words.Where(word => word != "auto").Select(Try).ToList();
        var auto = Try("auto");
        return new EnvironmentReport(
            1,
            toolVersion,
            auto.Usable ? auto.Detail[(auto.Detail.LastIndexOf(RuntimeMark, StringComparison.Ordinal) + RuntimeMark.Length)..] : auto.Detail,
            RuntimeInformation.FrameworkDescription,
            RuntimeInformation.RuntimeIdentifier,
            RuntimeInformation.OSDescription,
            Environment.ProcessorCount,
            cache,
            Directory.Exists(cache) ? CacheInspector.Inspect(cache).Bytes : null,
            WriteProblem(cache),
            auto.Usable ? auto.Detail : null,
            devices);
    }

    private static DeviceReport Try(string word)
    {
        try
        {
            return new DeviceReport(word, true, DeviceSelector.Select(word).DeviceClass);
        }
        catch (DiagnosticException exception)
        {
            return new DeviceReport(word, false, exception.Diagnostic.Message);
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
