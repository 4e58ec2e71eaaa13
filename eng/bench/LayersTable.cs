using System.Diagnostics;
using System.Globalization;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Pipeline.Inspection;

namespace ModelOptimizer.Bench;

/// <summary>What <c>modelopt layers</c> takes for chains of nodes, each in a process of its own, and for weights in a file of their own.</summary>
internal static class LayersTable
{
    private const long Megabyte = 1_000_000;

    public static int Run()
    {
        Console.WriteLine("| model | processor time | peak memory |");
        Console.WriteLine("| --- | --- | --- |");
        foreach (var nodes in new[] { 1_250, 2_500, 5_000, 10_000, 20_000 })
        {
            Row(string.Create(CultureInfo.InvariantCulture, $"a chain of {nodes:#,0} nodes"), path => Chain(nodes).Save(path));
        }

        foreach (var width in new[] { 1_000, 4_000, 16_000 })
        {
            Row(string.Create(CultureInfo.InvariantCulture, $"two products, {8L * width * width / Megabyte:#,0} MB of weights"), path => Dense(width, path));
        }

        return 0;
    }

    /// <summary>Prints seconds of processor time and bytes of one inspection.</summary>
    public static int Inspect(string path)
    {
        ModelInspector.Inspect(path, CancellationToken.None);
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(FormattableString.Invariant($"{self.TotalProcessorTime.TotalSeconds} {self.PeakWorkingSet64}"));
        return 0;
    }

    private static void Row(string name, Action<string> save)
    {
        using var workspace = new Workspace();
        var path = Path.Combine(workspace.Folder, "model.onnx");
        save(path);
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["layers", path]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var numbers = process.StandardOutput.ReadToEnd().Split(' ');
        process.WaitForExit();
        var (seconds, bytes) = (double.Parse(numbers[0], CultureInfo.InvariantCulture), double.Parse(numbers[1], CultureInfo.InvariantCulture));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {seconds:F2} s | {bytes / Megabyte:F0} MB |"));
    }

    private static Onnx.OnnxModel Chain(int nodes)
    {
        var builder = new GraphBuilder(17).Input("t0", [-1, 64]);
        for (var i = 0; i < nodes; i++)
        {
            builder.Node("Relu", [$"t{i}"], [$"t{i + 1}"]);
        }

        return builder.Output($"t{nodes}").Build();
    }

    // Weights are a hole in a file: their numbers are never looked at.
    private static void Dense(long width, string path)
    {
        var builder = new GraphBuilder(17).Input("x", [-1, width]);
        for (var index = 0; index < 2; index++)
        {
            var weight = new TensorProto { Name = $"w{index}", DataType = (int)TensorProto.Types.DataType.Float };
            weight.Dims.Add([width, width]);
            weight.DataLocation = TensorProto.Types.DataLocation.External;
            weight.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "model.data" });
            weight.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = FormattableString.Invariant($"{4 * width * width * index}") });
            builder.Proto.Graph.Initializer.Add(weight);
            builder.Node("MatMul", [index == 0 ? "x" : "h", weight.Name], [index == 0 ? "h" : "y"]);
        }

        using (var data = File.Create(Path.Combine(Path.GetDirectoryName(path)!, "model.data")))
        {
            data.SetLength(8 * width * width);
        }

        builder.Output("y").Build().Save(path);
    }
}
