using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ModelOptimizer.Build;

/// <summary>The tool as a child process: all native code stays out of MSBuild's process.</summary>
internal sealed class ToolProcess
{
    private const int TailLength = 20;

    // Milliseconds for the tool to stop what runs and to remove its temporary files; it ends native code that does not stop after five seconds.
    private const int Grace = 7000;

    private readonly object _gate = new();
    private readonly Queue<string> _errors = new();
    private Process? _running;
    private bool _cancelled;

    /// <summary>Whether <see cref="Cancel"/> was called.</summary>
    public bool IsCancelled
    {
        get
        {
            lock (_gate)
            {
                return _cancelled;
            }
        }
    }

    /// <summary>The last lines of the standard error stream.</summary>
    public string ErrorTail
    {
        get
        {
            lock (_errors)
            {
                return string.Join(Environment.NewLine, _errors);
            }
        }
    }

    /// <summary>Runs to the end, or until cancelled, with <paramref name="environment"/> added to this process's, and answers the exit code.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The host cannot be started.</exception>
    public int Run(string host, string arguments, string directory, IReadOnlyDictionary<string, string> environment, Action<string> line)
    {
        using var process = new Process { StartInfo = StartInfo(host, arguments, directory) };
        foreach (var variable in environment)
        {
            process.StartInfo.Environment[variable.Key] = variable.Value;
        }

        process.ErrorDataReceived += (_, e) => Remember(e.Data);
        lock (_gate)
        {
            if (_cancelled)
            {
                return -1;
            }

            process.Start();
            _running = process;
        }

        try
        {
            process.BeginErrorReadLine();
            while (process.StandardOutput.ReadLine() is { } text)
            {
                line(text);
            }

            process.WaitForExit();
            return process.ExitCode;
        }
        finally
        {
            lock (_gate)
            {
                _running = null;
            }
        }
    }

    /// <summary>Ends the tool and every process that it started: asks it first, by the end of its input.</summary>
    public void Cancel()
    {
        lock (_gate)
        {
            _cancelled = true;
            if (_running is not null && !Ends(_running))
            {
                KillTree(_running);
            }
        }
    }

    private static ProcessStartInfo StartInfo(string host, string arguments, string directory) => new(host, arguments)
    {
        WorkingDirectory = directory,
        UseShellExecute = false,
        CreateNoWindow = true,
        // Held open and never written: its end tells the tool that the build is gone when nobody is left to kill it.
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        StandardOutputEncoding = Encoding.UTF8,
        StandardErrorEncoding = Encoding.UTF8,
    };

    private static bool Ends(Process process)
    {
        try
        {
            process.StandardInput.Close();
            return process.WaitForExit(Grace);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            // It ended by itself in the meantime.
            return false;
        }
    }

    private static void KillTree(Process process)
    {
        try
        {
            // Kill(entireProcessTree) exists at run time on .NET, but not in netstandard2.0 and not on .NET Framework.
            if (typeof(Process).GetMethod("Kill", [typeof(bool)]) is { } killTree)
            {
                killTree.Invoke(process, [true]);
            }
            else
            {
                var id = process.Id.ToString(CultureInfo.InvariantCulture);
                using var killer = Process.Start(new ProcessStartInfo("taskkill", $"/T /F /PID {id}") { UseShellExecute = false, CreateNoWindow = true });
                killer?.WaitForExit();
            }
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or System.Reflection.TargetInvocationException)
        {
            // It ended by itself in the meantime.
        }
    }

    private void Remember(string? text)
    {
        if (text is null)
        {
            return;
        }

        lock (_errors)
        {
            _errors.Enqueue(text);
            if (_errors.Count > TailLength)
            {
                _errors.Dequeue();
            }
        }
    }
}
