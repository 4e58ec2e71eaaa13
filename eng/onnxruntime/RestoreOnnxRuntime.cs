using System;
using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Runs <c>npm ci</c> once. A file lock keeps two builds from deleting each other's <c>node_modules</c>.</summary>
public sealed class RestoreOnnxRuntime : Task
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    [Required]
    public string Directory { get; set; }

    [Required]
    public string Stamp { get; set; }

    /// <summary>How much that is, for the log.</summary>
    [Required]
    public string Download { get; set; }

    public override bool Execute()
    {
        string lockFile = Path.Combine(Directory, "package-lock.json");
        string gate = Path.Combine(Directory, "obj", "npm.lock");
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(gate));
        using (Acquire(gate))
        {
            // Another build may have done the work while this one waited.
            if (File.Exists(Stamp) && File.GetLastWriteTimeUtc(Stamp) >= File.GetLastWriteTimeUtc(lockFile))
            {
                return true;
            }

            Log.LogMessage(MessageImportance.High, "Restoring ONNX Runtime with npm (" + Download + ", once per checkout)...");
            return RunNpm() && WriteStamp();
        }
    }

    private static FileStream Acquire(string path)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (clock.Elapsed < Patience)
            {
                Thread.Sleep(200);
            }
        }
    }

    private bool RunNpm()
    {
        bool windows = RuntimeInformation.IsOSPlatform(OSPlatform.Windows);
        var start = new ProcessStartInfo
        {
            FileName = windows ? "cmd.exe" : "npm",
            Arguments = (windows ? "/d /c npm " : "") + "ci --ignore-scripts --no-audit --no-fund --loglevel=error",
            WorkingDirectory = Directory,
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };

        try
        {
            using (var npm = Process.Start(start))
            {
                npm.OutputDataReceived += (sender, line) => { };
                npm.BeginOutputReadLine();
                string errors = npm.StandardError.ReadToEnd();
                npm.WaitForExit();
                if (npm.ExitCode == 0)
                {
                    return true;
                }

                Fail("npm ci failed with exit code " + npm.ExitCode + ": " + errors.Trim());
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Fail("npm was not found. ONNX Runtime's binaries are restored from the npm registry: install Node.js (which brings npm), or build with -p:OnnxRuntimeFromNuGet=true where the NuGet source has Microsoft.ML.OnnxRuntime.");
        }

        return false;
    }

    private bool WriteStamp()
    {
        File.WriteAllText(Stamp, "");
        return true;
    }

    private void Fail(string message)
    {
        Log.LogError(null, "MOC5001", null, Path.Combine(Directory, "package.json"), 1, 1, 0, 0, message);
    }
}
