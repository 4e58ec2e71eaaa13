using System.Xml.Linq;
using static ModelOptimizer.Pipeline.Reports.Html.Tags;

namespace ModelOptimizer.Pipeline.Reports.Html;

/// <summary>What the methods prove about their results.</summary>
internal static class CertificateSection
{
    public static XElement? Of(ModelReport model)
    {
        var all = model.Steps.SelectMany(step => step.Certificates).ToList();
        return all.Count == 0 ? null : Tag(
            "section",
            Tag("h2", "Certificates"),
            Tag("p.lead", "Numbers that the methods prove, rather than estimate."),
            Tables.Of(
                [new("layer or block"), new("certificate"), new("value", true), new("what it says")],
                all.Select(certificate => Tag(
                    "tr",
                    Tag("th.name", Is("scope", "row"), Names.Of(certificate.Subject)),
                    Tag("td", certificate.Name),
                    Tables.Number(Figures.Known(certificate.Value) is { } value ? Figures.Number(value) : "–"),
                    Tag("td.note", certificate.Meaning)))));
    }
}
