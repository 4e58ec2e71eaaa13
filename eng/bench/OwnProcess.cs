using System.Diagnostics;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Bench;

/// <summary>A benchmark in a process of its own, with the memory settings of <c>modelopt</c>, so that its peak is its own.</summary>
internal static class OwnProcess
{
    /// <summary>What it printed, and its exit code.</summary>
    public static (string Output, int ExitCode) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in NativeHeap.Variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return (output, process.ExitCode);
    }
}
