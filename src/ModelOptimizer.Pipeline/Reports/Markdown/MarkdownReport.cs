using System.Security;
using System.Text;
using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary><c>report.md</c>: made for a CI job's summary, long tables folded away.</summary>
internal static class MarkdownReport
{
    public static string Of(ReportDocument report)
    {
        var model = report.Model;
        List<string> parts = [Headline(model)];
        if (Wording.ByTime(model) is { } note)
        {
            parts.Add($"> {MarkdownText.Of(note)}\n");
        }

        parts.Add(Costs(model));
        if (Wording.Stripped(model) is { } stripped)
        {
            parts.Add($"{MarkdownText.Of(stripped)}\n");
        }

        if (model.Gates.Count > 0)
        {
            parts.Add(Gates(model.Gates));
        }

        parts.AddRange(
            model.Steps.Where(step => step.Layers.Count > 0).Select(step => Folded($"{step.Method}: {Wording.Rewritten(step)}", Layers(model, step)))
        );
        if (model.Search is { Candidates.Count: > 0 } search)
        {
            parts.Add(Folded($"Search: {Wording.Search(model)}", Candidates(model, search)));
            if (search.Shares.Count > 0)
            {
                parts.Add(Folded("What there was to choose", $"{Wording.SharedOut}\n\n{Decisions(search)}"));
            }
        }

        if (model.Steps.Any(step => step.Certificates.Count > 0))
        {
            parts.Add(Folded("Certificates", Certificates(model)));
        }

        parts.Add(Origin(report));
        return string.Join('\n', parts);
    }

    private static string Headline(ModelReport model)
    {
        var sign = model.Verdict switch
        {
            Verdicts.Passed when Wording.MeasuresAccuracy(model) => "✅",
            Verdicts.Failed => "❌",
            Verdicts.Warned => "⚠️",
            _ => "ℹ️",
        };
        var size = $"{Figures.Bytes(model.Before.Bytes)} → {Figures.Bytes(model.After.Bytes)} ({Figures.Ratio(model.After.Bytes, model.Before.Bytes)})";
        return $"## {sign} {MarkdownText.Of(model.Name)}: {size}, {Wording.Verdict(model)}\n";
    }

    private static string Costs(ModelReport model)
    {
        var table = new MarkdownTable("", ">original", ">compressed", ">change");
        var (before, after) = (model.Before, model.After);
        table.Row("size", Figures.Bytes(before.Bytes), Figures.Bytes(after.Bytes), "to " + Figures.Ratio(after.Bytes, before.Bytes));
        if (after.Shipped is { } shipped)
        {
            table.Row(
                "shipped",
                before.Shipped is { } original ? Figures.Bytes(original) : "",
                Figures.Bytes(shipped),
                $"to {Figures.Ratio(shipped, before.Bytes)} of the original file"
            );
        }

        table.Row("parameters", Figures.Count(before.Parameters), Figures.Count(after.Parameters), "to " + Figures.Ratio(after.Parameters, before.Parameters));
        table.Row(
            "multiply-adds",
            Figures.Count(before.Macs),
            Figures.Count(after.Macs),
            before.Macs is null || after.Macs is null ? "?" : "to " + Figures.Ratio(after.Macs, before.Macs)
        );
        foreach (var metric in model.Metrics)
        {
            var (was, now) = (Figures.Known(metric.Original) ?? double.NaN, Figures.Known(metric.Compressed) ?? double.NaN);
            table.Row(
                $"{metric.Metric} on {Wording.Samples(metric.Samples)}",
                double.IsNaN(was) ? "" : Figures.Metric(metric.Metric, was),
                Figures.Metric(metric.Metric, now),
                Figures.Change(metric.Metric, was, now));
        }

        return table + (model.OutputErrors is { } errors ? $"\noutputs: {MarkdownText.Of(OutputText.Of(errors))}\n" : "");
    }

    private static string Gates(IReadOnlyList<GateVerdict> gates)
    {
        var table = new MarkdownTable("", "gate", "required", ">measured", "interval", "verdict");
        foreach (var gate in gates)
        {
            var sign = (gate.Holds, gate.Severity) switch
            {
                (true, _) => "✅",
                (_, "warning") => "⚠️",
                _ => "❌",
            };
            var level = gate.Confidence is null ? "" : $" ({GateFigures.Level(gate)})";
            table.Row(
                sign,
                GateFigures.Gate(gate),
                GateFigures.Required(gate),
                GateFigures.Measured(gate),
                GateFigures.Interval(gate) + level,
                Wording.Outcome(gate)
            );
        }

        return table + string.Concat(gates.Where(gate => !gate.Holds).Select(gate => $"\n- {MarkdownText.Of(gate.Message)}\n"));
    }

    private static string Layers(ModelReport model, StepReport step)
    {
        string[] heads =
        [
            "layer",
            ">ranks",
            ">Σ-error",
            ">parameters",
            ">left",
            ">MACs left",
            .. model.Times.Count > 0 ? [">measured time"] : Array.Empty<string>(),
            "note",
        ];
        var table = new MarkdownTable(heads);
        foreach (var layer in step.Layers)
        {
            var isRewritten = layer.SkipReason is null;
            table.Row(
            [
                layer.Layer,
                layer.ChosenText,
                layer.RelativeError is { } error ? Figures.Number(error) : "–",
                Figures.Count(layer.ParametersBefore),
                isRewritten ? Figures.Ratio(layer.ParametersAfter, layer.ParametersBefore) : "–",
                isRewritten ? Figures.Ratio(layer.MacsAfter, layer.MacsBefore) : "–",
                .. model.Times.Count > 0 ? [Time(model, layer)] : Array.Empty<string>(),
                Wording.Note(layer),
            ]);
        }

        return table.ToString();
    }

    private static string Time(ModelReport model, LayerOutcome layer) =>
        model.Times.FirstOrDefault(time => time.Layer == layer.Layer) switch
        {
            { } time when double.IsFinite(time.Ratio) =>
                $"{Figures.Percent(time.Ratio)} ({Figures.Percent(time.Lower)} to {Figures.Percent(time.Upper)})"
                    + (time.Reverted ? ", reverted" : time.Stored ? ", so stored" : ""),
            _ => "–",
        };

    private static string Candidates(ModelReport model, SearchTrace search)
    {
        var metrics = search.Candidates.SelectMany(candidate => candidate.Metrics).Select(metric => metric.Metric).Distinct().ToList();
        var bytes = ">" + Wording.Searched(search);
        var table = new MarkdownTable([">#", bytes, ">left", ">forecast", .. metrics.Select(name => ">" + name), ">samples", "verdict", "layers"]);
        foreach (var candidate in search.Candidates)
        {
            table.Row(
            [
                Figures.Count(candidate.Number),
                Figures.Amount(search, candidate.Cost),
                Figures.Ratio(search.Amount(candidate.Cost), search.OfOriginal(model.Before)),
                Figures.Number(candidate.Forecast),
                .. metrics.Select(name =>
                    candidate.Metrics.FirstOrDefault(metric => metric.Metric == name) is { Compressed: var value } && double.IsFinite(value)
                        ? Figures.Metric(name, value)
                        : "–"
                ),
                Figures.Count(candidate.Samples),
                (candidate.Passes ? "passes" : "fails " + string.Join("; ", candidate.Failed)) + (candidate.Number == search.Chosen ? ", taken" : ""),
                candidate.Summary,
            ]);
        }

        return table.ToString();
    }

    private static string Decisions(SearchTrace search)
    {
        var table = new MarkdownTable("layer", "choices", "taken", ">saved", ">forecast");
        foreach (var layer in search.Shares)
        {
            table.Row([layer.Layer, layer.Offered, layer.Taken, Figures.Amount(search.Measure, layer.Saved), Figures.Number(layer.Forecast)]);
        }

        return table.ToString();
    }

    private static string Certificates(ModelReport model)
    {
        var table = new MarkdownTable("layer or block", "certificate", ">value", "what it says");
        foreach (var certificate in model.Steps.SelectMany(step => step.Certificates))
        {
            table.Row(certificate.Subject, certificate.Name, Figures.Known(certificate.Value) is { } value ? Figures.Number(value) : "–", certificate.Meaning);
        }

        return table.ToString();
    }

    private static string Origin(ReportDocument report)
    {
        var model = report.Model;
        string[] facts =
        [
            $"ranks from {Wording.Ranks(model)}",
            $"calibrated on {Wording.Calibration(model)}",
            $"measured on {Wording.Evaluation(model)}",
            $"device {Wording.Device(model)}",
            $"ONNX Runtime {Wording.Runtime(model)}",
            $"ModelOptimizer {report.Tool}",
        ];
        return MarkdownText.Of(string.Join(" · ", facts)) + "\n";
    }

    // The line of a summary is HTML, in which Markdown's own escapes would be seen.
    private static string Folded(string summary, string content) => $"<details><summary>{SecurityElement.Escape(summary)}</summary>\n\n{content}\n</details>\n";
}

/// <summary>A table; a head that begins with <c>&gt;</c> is a column of numbers.</summary>
internal sealed class MarkdownTable(params string[] heads)
{
    private readonly StringBuilder _text = new StringBuilder()
        .Append("| ").AppendJoin(" | ", heads.Select(head => MarkdownText.Of(head.TrimStart('>')))).Append(" |\n")
        .Append('|').AppendJoin('|', heads.Select(head => head.StartsWith('>') ? " ---: " : " --- ")).Append("|\n");

    /// <summary>A row of plain texts.</summary>
    public MarkdownTable Row(params string[] cells)
    {
        _text.Append("| ").AppendJoin(" | ", cells.Select(MarkdownText.Of)).Append(" |\n");
        return this;
    }

    public override string ToString() => _text.ToString();
}

/// <summary>Text that means itself in Markdown, also in a table's cell.</summary>
internal static class MarkdownText
{
    private const string Special = "\\`*_[]#|~$@";

    /// <summary>The text with everything escaped that Markdown, or the HTML in it, would act on.</summary>
    public static string Of(string text)
    {
        var escaped = new StringBuilder();
        foreach (var c in text)
        {
            escaped.Append(c switch
            {
                '<' => "&lt;",
                '>' => "&gt;",
                '&' => "&amp;",
                _ when char.IsControl(c) => " ",
                _ when Special.Contains(c) => $"\\{c}",
                _ => c.ToString(),
            });
        }

        return escaped.ToString();
    }
}
