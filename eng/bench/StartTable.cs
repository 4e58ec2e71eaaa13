using System.Diagnostics;
using System.Globalization;

namespace ModelOptimizer.Bench;

/// <summary>What it costs that a command is done by a child process: <c>modelopt layers</c> with and without the process that watches, by turns.</summary>
internal static class StartTable
{
    private const int Runs = 30;

    /// <param name="tool">The tool's <c>modelopt.dll</c>.</param>
    public static int Run(string tool)
    {
        using var workspace = new Workspace();
        var model = Path.Combine(workspace.Folder, "model.onnx");
        new GraphBuilder().Input("x", [1, 4]).MatMul("x", "y", outputs: 4, inputs: 4).Output("y").Build().Save(model);
        var (alone, watched) = (new List<double>(), new List<double>());
        for (var run = 0; run < Runs; run++)
        {
            alone.Add(Milliseconds(tool, "--supervised", Path.Combine(workspace.Folder, $"shared{run}"), "layers", model));
            watched.Add(Milliseconds(tool, "layers", model));
        }

        Console.WriteLine("| | median | quickest |");
        Console.WriteLine("| --- | --- | --- |");
        Row("the process that works", alone);
        Row("with the one that watches", watched);
        return 0;
    }

    private static void Row(string name, List<double> times) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {times.Order().ElementAt(Runs / 2):F0} ms | {times.Min():F0} ms |"));

    private static double Milliseconds(string tool, params string[] arguments)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo("dotnet", [tool, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? Stopwatch.GetElapsedTime(start).TotalMilliseconds : throw new InvalidOperationException("modelopt failed");
    }
}
