using System.Globalization;
using System.Xml.Linq;
using ModelOptimizer.Pipeline.Reports;

namespace ModelOptimizer.Pipeline.Tests.Reports;

/// <summary>A report as a tree, and what of it tests look at.</summary>
internal sealed class HtmlPage
{
    public HtmlPage(ModelReport report)
    {
        Text = HtmlReport.Of(SampleReports.Document(report));
        Root = XDocument.Parse(Text).Root!;
    }

    public string Text { get; }

    public XElement Root { get; }

    public IEnumerable<XElement> All(string name, params string[] classes) => Within(Root, name, classes);

    public static IEnumerable<XElement> Within(XElement element, string name, params string[] classes) =>
        element.Descendants(name).Where(found => classes.All(wanted => ((string?)found.Attribute("class") ?? "").Split(' ').Contains(wanted)));

    public static double Number(XElement element, string attribute) => double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);

    /// <summary>Turns numbers into coordinates by what the plot's own tick labels say.</summary>
    public static Func<double, double> Scale(XElement plot, string axis)
    {
        var ticks = Within(plot, "g", "tick", axis)
            .Select(tick => tick.Element("text")!)
            .Select(label =>
                (
                    Value: double.Parse(label.Value.Replace('−', '-').TrimEnd('%', ' '), CultureInfo.InvariantCulture),
                    At: axis == "x" ? Number(label, "x") : Number(label, "y") - 4
                )
            )
            .ToList();
        var (first, last) = (ticks[0], ticks[^1]);
        return value => first.At + ((value - first.Value) * (last.At - first.At) / (last.Value - first.Value));
    }
}
