using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Pipeline.Evaluation;

/// <summary>Runs the user's own evaluator. Whatever it does wrong becomes <see cref="CommandOutcome.Problem"/>.</summary>
internal static class CommandEvaluator
{
    /// <summary>Runs it on a model in memory, which gets a temporary file called <paramref name="fileName"/>.</summary>
    public static CommandOutcome Run(CommandPlan command, OnnxModel model, string fileName, CancellationToken cancellation)
    {
        var folder = TemporaryFiles.NewFolder();
        try
        {
            var path = Path.Combine(folder.FullName, fileName);
            Disk.Create(path, model.ToBytes());
            return Run(command, path, cancellation);
        }
        finally
        {
            Remove(folder);
        }
    }

    /// <summary>Runs it on the model file at <paramref name="path"/>.</summary>
    public static CommandOutcome Run(CommandPlan command, string path, CancellationToken cancellation)
    {
        using var process = new Process { StartInfo = StartInfo(command, path) };
        var output = new CommandOutput();
        process.OutputDataReceived += (_, line) => output.Read(line.Data);
        process.ErrorDataReceived += (_, line) => output.Complain(line.Data);
        try
        {
            process.Start();
        }
        catch (Exception exception) when (exception is Win32Exception or FileNotFoundException)
        {
            return Failed($"'{command.Words[0]}' cannot be started: {exception.Message.TrimEnd('.')}");
        }

        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return Ended(process, command.TimeoutSeconds, cancellation)
            ? output.Outcome(process.ExitCode)
            : Failed($"the command did not end within {command.TimeoutSeconds} s; make it quicker, or raise 'timeout'");
    }

    /// <summary>Waits for the end of the program and of its output; false when it had to be ended.</summary>
    private static bool Ended(Process process, int seconds, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        try
        {
            process.WaitForExitAsync(limit.Token).GetAwaiter().GetResult();
            return true;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit(TimeSpan.FromSeconds(5));
            cancellation.ThrowIfCancellationRequested();
            return false;
        }
    }

    private static ProcessStartInfo StartInfo(CommandPlan command, string path)
    {
        var words = command.Words.Select(word => word.Replace(CommandPlan.ModelPlaceholder, path, StringComparison.Ordinal)).ToList();
        if (!command.Words.Any(word => word.Contains(CommandPlan.ModelPlaceholder, StringComparison.Ordinal)))
        {
            words.Add(path);
        }

        // The system would look for ./eval beside the tool or where the build was started.
        var beside = Path.Combine(command.Directory, words[0]);
        var start = new ProcessStartInfo(File.Exists(beside) ? beside : words[0], words.Skip(1))
        {
            WorkingDirectory = command.Directory,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        // What this process was given for its own graphs is not the program's.
        foreach (var (name, value) in NativeHeap.Variables)
        {
            if (start.Environment.TryGetValue(name, out var given) && given == value)
            {
                start.Environment.Remove(name);
            }
        }

        return start;
    }

    private static CommandOutcome Failed(string problem) => new(new Dictionary<string, double>(), problem);

    private static void Remove(DirectoryInfo folder)
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A scanner may hold the file on Windows; the system's own clean-up takes it.
        }
    }
}
