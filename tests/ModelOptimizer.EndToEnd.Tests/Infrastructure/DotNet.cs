using System.Collections;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>Runs the real <c>dotnet</c> as a user's shell would.</summary>
internal static partial class DotNet
{
    // A test run is itself inside MSBuild and the test platform, and what they set would leak into the builds under test.
    private static readonly string[] Toxic = ["MSBUILD", "VSTEST", "COVERLET", "DOTNET_HOST_PATH", "DOTNET_CLI_", "NUGET_PACKAGES", "MODELOPTIMIZER"];

    private static int _starts;

    /// <summary>
    /// How often the tests started <c>dotnet</c> so far, each command of a script included. What a build starts itself, and programs with a host of their own,
    /// are none.
    /// </summary>
    public static int Starts => _starts;

    public static string Host { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";

    /// <summary>Runs to the end.</summary>
    public static Outcome Run(string directory, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Run(Host, directory, environment, arguments);

    /// <summary>Runs another program to the end in the same environment.</summary>
    public static Outcome Run(string program, string directory, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var process = Start(program, directory, environment, arguments);
        return Finish(process);
    }

    /// <summary>Starts, for tests that do something meanwhile.</summary>
    public static Process Start(string program, string directory, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        Interlocked.Add(ref _starts, program == Host || arguments.Contains(Host) ? 1 : CommandOfScript().Count(arguments.LastOrDefault("")));
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var name = (string)variable.Key;
            if (Toxic.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            {
                start.Environment.Remove(name);
            }
        }

        // No process may outlive a build: its files are deleted when the test ends.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        // A program with a host of its own looks for this, and otherwise only where installers put it.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Waits for the end and collects what was written.</summary>
    public static Outcome Finish(Process process)
    {
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Outcome(process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    [GeneratedRegex(@"(^|&&) *dotnet ", RegexOptions.Multiline)]
    private static partial Regex CommandOfScript();
}
