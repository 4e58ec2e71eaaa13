using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Tool.Output;
using Spectre.Console;

namespace ModelOptimizer.Tool.Views;

/// <summary>A model's report for people.</summary>
internal static class ReportView
{
    public static void Write(Terminal terminal, ModelReport report)
    {
        var console = terminal.Tables();
        var source = ShortPath.From(terminal.CurrentDirectory, report.Source);
        var output = report.Output is { } path ? ShortPath.From(terminal.CurrentDirectory, path) : "not written";
        terminal.Out.WriteLine($"{report.Name}: {source} → {output}");
        console.Write(Costs(report));
        if (Wording.Stripped(report) is { } stripped)
        {
            terminal.Out.WriteLine(stripped);
        }

        if (report.OutputErrors is { } errors)
        {
            terminal.Out.WriteLine($"outputs: {OutputText.Of(errors)}");
        }

        if (report.Gates.Count > 0)
        {
            console.Write(Gates(report.Gates));
        }

        foreach (var (index, step) in report.Steps.Index())
        {
            terminal.Out.WriteLine($"step {index + 1}: {step.Method}");
            if (step.Layers.Count > 0)
            {
                console.Write(Layers(step.Layers, report.Times));
            }

            foreach (var certificate in step.Certificates)
            {
                terminal.Out.WriteLine($"{certificate.Subject}: {certificate.Name} {Figures.Number(certificate.Value)}");
            }
        }

        terminal.Out.WriteLine($"device: {report.DeviceClass}{Figures.OnCpu(report.Placement)}{(report.FromCache == true ? ", from the cache" : "")}");
        if (report.ReportFile is { } file)
        {
            terminal.Out.WriteLine($"report: {ShortPath.From(terminal.CurrentDirectory, file)}");
        }

        terminal.Out.WriteLine();
    }

    private static Table Costs(ModelReport report)
    {
        var table = TableStyle.New().Word("").Number("original").Number("compressed").Number("change");
        var (before, after) = (report.Before, report.After);
        table.Row("size", Figures.Bytes(before.Bytes), Figures.Bytes(after.Bytes), Kept(after.Bytes, before.Bytes));
        if (after.Shipped is { } shipped)
        {
            table.Row("shipped", before.Shipped is { } was ? Figures.Bytes(was) : "", Figures.Bytes(shipped), Kept(shipped, before.Bytes) + " of the file");
        }

        table.Row("params", Figures.Count(before.Parameters), Figures.Count(after.Parameters), Kept(after.Parameters, before.Parameters));
        table.Row("MACs", Figures.Count(before.Macs), Figures.Count(after.Macs), Kept(after.Macs, before.Macs));
        foreach (var pair in report.Metrics)
        {
            var original = double.IsNaN(pair.Original) ? "" : Figures.Metric(pair.Metric, pair.Original);
            table.Row(pair.Metric, original, Figures.Metric(pair.Metric, pair.Compressed), Figures.Change(pair.Metric, pair.Original, pair.Compressed));
        }

        return table;
    }

    private static string Kept(long? after, long? before) => after is null || before is null ? "?" : "to " + Figures.Ratio(after, before);

    private static Table Gates(IReadOnlyList<GateVerdict> gates)
    {
        var table = TableStyle.New().Word("gate").Text("");
        foreach (var verdict in gates)
        {
            var (word, colour) = Word(verdict);
            table.AddRow(new Text(word, new Style(colour)), new Text(Visible.Of(verdict.Message)).Overflow(Overflow.Fold));
        }

        return table;
    }

    private static (string Word, Color Colour) Word(GateVerdict verdict)
    {
        var colour = verdict.Severity == "error" ? Color.Red : Color.Yellow;
        return verdict.Outcome switch
        {
            GateOutcome.Passed => ("passed", Color.Green),
            GateOutcome.Failed => ("failed", colour),
            GateOutcome.Undecided => ("undecided", colour),
            _ => ("not measured", colour),
        };
    }

    private static Table Layers(IReadOnlyList<LayerOutcome> layers, IReadOnlyList<LayerTime> times)
    {
        var table = TableStyle.New().Text("layer").Number("ranks").Number("Σ-error").Number("params").Number("left");
        if (times.Count > 0)
        {
            table.Number("time");
        }

        table.Text("note");
        foreach (var layer in layers)
        {
            table.Row(
            [layer.Layer],
            [
                layer.ChosenText,
                layer.RelativeError is { } error ? Figures.Number(error) : "–",
                Figures.Count(layer.ParametersBefore),
                layer.SkipReason is null ? Figures.Ratio(layer.ParametersAfter, layer.ParametersBefore) : "–",
                .. times.Count > 0 ? [Time(times, layer)] : Array.Empty<string>(),
                Wording.Note(layer),
            ]);
        }

        return table;
    }

    private static string Time(IReadOnlyList<LayerTime> times, LayerOutcome layer) =>
        times.FirstOrDefault(time => time.Layer == layer.Layer) is { } found ? Figures.Percent(found.Ratio) : "–";
}
