using System.Xml.Linq;
using static ModelOptimizer.Pipeline.Reports.Html.Tags;

namespace ModelOptimizer.Pipeline.Reports.Html;

/// <summary>What the methods have to plot, one plot for each name.</summary>
internal static class SeriesSection
{
    private const string Sensitivity = "sensitivity";

    public static IEnumerable<XElement> Of(ModelReport model)
    {
        // Two steps of one method have plots of one name, which are two plots.
        var plots = model.Steps.SelectMany((step, index) => step.Series
            .Where(series => series.Points.Count > 0)
            .GroupBy(series => series.Plot)
            .Select(plot => (Step: step, Number: index + 1, Name: plot.Key, Lines: plot.ToList())));
        return plots.Select((plot, index) => Tag(
            "section",
            Tag("h2", Title(plot.Name), model.Steps.Count > 1 ? Tag("span.aside", $" step {plot.Number}, {plot.Step.Method}") : null),
            Tag("p.lead", Lead(plot.Name, plot.Lines)),
            plot.Lines.Count > LinePlot.MostLines
                ? new SmallMultiples(plot.Lines, $"lines-{index + 1}", line => Here(plot.Name, plot.Step, line)).Draw()
                : LinePlot.Draw(plot.Lines)));
    }

    private static string Title(string plot) => plot.Length == 0 ? "Series" : char.ToUpperInvariant(plot[0]) + plot[1..];

    private static string Lead(string plot, List<Series> lines)
    {
        var axes = Title($"{lines[0].Y} over {lines[0].X}");
        return (plot, lines.Count > LinePlot.MostLines) switch
        {
            (Sensitivity, true) => $"{axes}. One layer each, with all the others in grey: the higher a line, the more the layer has to lose. The dot is where the layer is now.",
            (_, true) => $"{axes}. One line each, with all the others in grey.",
            _ => $"{axes}.",
        };
    }

    private static SeriesPoint? Here(string plot, StepReport step, Series line) =>
        plot == Sensitivity && step.Layers.FirstOrDefault(layer => layer.Layer == line.Name) is { RelativeError: { } error, Reason: null } layer && layer.ParametersBefore > 0
            ? new SeriesPoint((double)layer.ParametersAfter / layer.ParametersBefore, error)
            : null;
}
