using ModelOptimizer.Pipeline.Inspection;
using ModelOptimizer.Pipeline.Reports;
using Spectre.Console;

namespace ModelOptimizer.Tool.Views;

/// <summary>The machine for people.</summary>
internal static class DoctorView
{
    public static void Write(IAnsiConsole console, EnvironmentReport report)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        Line(grid, "modelopt", report.Tool);
        Line(grid, "ONNX Runtime", report.OnnxRuntime);
        Line(grid, ".NET", report.DotNet);
        Line(grid, "system", $"{report.Rid} ({report.OperatingSystem}), {report.Processors} processors");
        Line(grid, "cache", $"{report.Cache} ({Cache(report)})");
        Line(grid, "device: auto", report.ChosenBecause);
        Line(grid, "torchsharp", report.TorchSharp.Detail);
        console.Write(grid);
        var table = TableStyle.New().Word("device").Word("usable").Number("memory").Number("float32 MatMul").Text("");
        foreach (var device in report.Devices)
        {
            table.AddRow(
                new Text(device.Name),
                new Text(device.Usable ? "yes" : "no", new Style(device.Usable ? Color.Green : Color.Grey)),
                new Text(device.MemoryBytes is { } bytes ? Figures.Bytes(bytes) : ""),
                new Text(device.Gflops is { } speed ? $"{Figures.Number(speed)} GFLOP/s" : ""),
                new Text(device.Detail).Overflow(Overflow.Fold));
        }

        console.Write(table);
        var offered = TableStyle.New().Word("device: plugin:").Word("from").Word("hardware").Text("versions");
        foreach (var device in report.Offered)
        {
            offered.Row(device.Provider, device.Vendor, device.Hardware, device.Driver);
        }

        console.Write(offered);
        if (report.PluginProblem is { } problem)
        {
            console.WriteLine($"plug-ins: {problem}");
        }
    }

    private static string Cache(EnvironmentReport report) => (report.CacheProblem, report.CacheBytes) switch
    {
        ({ } problem, _) => $"cannot be written: {problem}",
        (_, { } bytes) => Figures.Bytes(bytes),
        _ => "empty",
    };

    private static void Line(Grid grid, string name, string value) => grid.AddRow(new Text(name), new Text(value).Overflow(Overflow.Fold));
}
