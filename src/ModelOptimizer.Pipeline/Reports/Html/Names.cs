using System.Xml.Linq;
using static ModelOptimizer.Pipeline.Reports.Tags;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>Names that break where their parts end.</summary>
internal static class Names
{
    public static IEnumerable<object> Of(string name)
    {
        var start = 0;
        // Not at the very beginning: a slash alone on a line helps nobody.
        for (var i = 1; i < name.Length - 1; i++)
        {
            if (name[i] is '/' or ':' or '_')
            {
                yield return new XText(Clean(name[start..i]));
                yield return Tag("wbr");
                start = i;
            }
        }

        yield return new XText(Clean(name[start..]));
    }
}
