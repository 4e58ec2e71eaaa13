using System.Text;
using System.Xml;
using System.Xml.Linq;
using ModelOptimizer.Pipeline.Reports.Json;
using static ModelOptimizer.Pipeline.Reports.Html.Tags;

namespace ModelOptimizer.Pipeline.Reports.Html;

/// <summary><c>report.html</c>: one file that needs nothing else, neither scripts nor a network.</summary>
internal static class HtmlReport
{
    public static string Of(ReportDocument report)
    {
        var model = report.Model;
        return Write(Tag(
            "html",
            Is("lang", "en"),
            Tag(
                "head",
                Tag("meta", Is("charset", "utf-8")),
                Tag("meta", Is("name", "viewport"), Is("content", "width=device-width, initial-scale=1")),
                Tag("meta", Is("http-equiv", "Content-Security-Policy"), Is("content", "default-src 'none'; style-src 'unsafe-inline'")),
                Tag("meta", Is("name", "color-scheme"), Is("content", "light dark")),
                Tag("title", $"{model.Name}: {model.Verdict}"),
                Tag("style", "\n" + Stylesheet.Text)),
            Tag(
                "body",
                Tag(
                    "main",
                    HeadSection.Of(model),
                    SummarySection.Of(model),
                    GateSection.Of(model),
                    SearchSection.Of(model),
                    LayerSection.Of(model),
                    SeriesSection.Of(model),
                    CertificateSection.Of(model),
                    OriginSection.Of(report)))));
    }

    private static string Write(XElement page)
    {
        var text = new StringBuilder("<!DOCTYPE html>\n");
        using (var writer = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, Indent = true, IndentChars = " ", NewLineChars = "\n" }))
        {
            page.Save(writer);
        }

        return text.Append('\n').ToString();
    }
}
