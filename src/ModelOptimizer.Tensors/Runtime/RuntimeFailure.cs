using System.Runtime.InteropServices;

namespace ModelOptimizer.Tensors.Runtime;

/// <summary>Says why ONNX Runtime's native library did not load, and what to do.</summary>
internal static class RuntimeFailure
{
    /// <summary>One line about <paramref name="failure"/>, by what lies under <c>runtimes</c> in the program's folder.</summary>
    public static string Explain(string platform, string folder, Exception failure)
    {
        var shipped = Libraries(folder);
        return shipped.TryGetValue(platform, out var library)
            ? $"ONNX Runtime's native library for {platform} does not load: {Reason(library, failure)}. {Needs(platform)}"
            : $"There is no ONNX Runtime for {platform} here, "
                + $"{(shipped.Count == 0 ? "nor for any other platform" : $"only for {string.Join(", ", shipped.Keys)}")}. {Remedy(platform)}";
    }

    private static SortedDictionary<string, string> Libraries(string folder)
    {
        var libraries = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var runtimes = new DirectoryInfo(Path.Combine(folder, "runtimes"));
        foreach (var library in runtimes.Exists ? runtimes.EnumerateFiles("*onnxruntime.*", SearchOption.AllDirectories) : [])
        {
            libraries[library.Directory!.Parent!.Name] = library.FullName;
        }

        return libraries;
    }

    // The error of the search lists every place that was tried; that of the file itself is what is wrong.
    private static string Reason(string library, Exception failure)
    {
        try
        {
            NativeLibrary.Free(NativeLibrary.Load(library));
            return LastLine((failure.InnerException ?? failure).Message);
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            return LastLine(error.Message);
        }
    }

    /// <summary>What a loader's message says of the file itself; before it, the message lists every place that was tried.</summary>
    public static string LastLine(string message) =>
        message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1].TrimEnd('.');

    private static string Needs(string platform) => platform.Split('-')[0] switch
    {
        "linux" => "It needs glibc 2.28 or newer and libstdc++; restore or install the package again if the file is damaged.",
        "win" => "It needs the Visual C++ runtime; restore or install the package again if the file is damaged.",
        _ => "Restore or install the package again.",
    };

    private static string Remedy(string platform) =>
        platform switch
        {
            _ when platform.StartsWith("linux-musl", StringComparison.Ordinal) =>
                "Use a system with glibc, such as an image of Debian or Ubuntu in place of Alpine.",
            "osx-x64" => "On Apple silicon, install .NET for arm64; there is none for Intel.",
            _ => "Use one of those platforms, or restore or install the package again if this one should be among them.",
        };
}
