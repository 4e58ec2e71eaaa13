using System.Xml.Linq;
using static ModelOptimizer.Pipeline.Reports.Tags;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>Tables that scroll by themselves where the paper is narrow.</summary>
internal static class Tables
{
    public static XElement Of(IEnumerable<Column> columns, IEnumerable<XElement> rows) => Tag(
        "div.scroll",
        Is("tabindex", "0"),
        Tag(
            "table",
            Tag("thead", Tag("tr", columns.Select(column => Tag(column.IsNumber ? "th.number" : "th", Is("scope", "col"), column.Head)))),
            Tag("tbody", rows)));

    /// <summary>A cell whose content is set to the right and never wrapped.</summary>
    public static XElement Number(params object?[] content) => Tag("td.number", content);
}
