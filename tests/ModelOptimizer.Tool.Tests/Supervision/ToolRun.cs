using System.Diagnostics;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests.Supervision;

/// <summary>The tool as users start it, in a process of its own that starts another.</summary>
internal sealed class ToolRun : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task<string> _out;
    private readonly Task<string> _error;

    public ToolRun(TempFolder folder, params string[] arguments)
    {
        var tool = Path.Combine(AppContext.BaseDirectory, "modelopt.dll");
        _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [tool, .. arguments])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["TMPDIR"] = Directory.CreateDirectory(folder["tmp"]).FullName, ["ModelOptimizerCache"] = folder["cache"] },
        })!;
        (_out, _error) = (_process.StandardOutput.ReadToEndAsync(), _process.StandardError.ReadToEndAsync());
    }

    public int Id => _process.Id;

    /// <summary>Waits for the end, and answers exit code, results and messages.</summary>
    public (int ExitCode, string Out, string Error) End()
    {
        _process.WaitForExit(Limit).ShouldBeTrue("the tool did not end");
        return (_process.ExitCode, _out.Result, _error.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
