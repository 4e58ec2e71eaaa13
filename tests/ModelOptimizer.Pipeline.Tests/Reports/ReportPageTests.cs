using System.Text.Json;
using System.Text.RegularExpressions;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Reports;

/// <summary>The page that explains the fields against the fields.</summary>
public partial class ReportPageTests
{
    [Fact]
    public void Every_field_is_explained_once_under_its_object_and_no_other_is()
    {
        var written = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        var brief = SampleReports.Brief;
        // Keys that are there only where there is something to say.
        var layer = brief.Steps[0].Layers[0];
        var other = new StepReport("other", [layer with { Bits = 4 }, layer with { Width = 8 }, layer with { IsStored = true }], [], []);
        var cost = brief.After with { Shipped = 1, Nanoseconds = 1 };
        var whole = brief with
        {
            Before = cost,
            After = cost,
            Looks = 2,
            Stripped = 1,
            Gates = [.. brief.Gates.Select(gate => gate with { ConfirmedOn = "last" })],
            Steps = [.. brief.Steps, other],
            Times = [.. brief.Times.Select(time => time with { Stored = true })],
            Search = brief.Search! with { Nanoseconds = 1, Candidates = [.. brief.Search.Candidates.Select(candidate => candidate with { Cost = cost })] },
        };
        Collect("the file", JsonDocument.Parse(SampleReports.Document(whole).ToJson()).RootElement, written);

        Explained().ToDictionary(section => section.Key, section => string.Join(' ', section.Value))
            .ShouldBe(written.ToDictionary(section => section.Key, section => string.Join(' ', section.Value)), ignoreOrder: true);
    }

    private static void Collect(string name, JsonElement element, SortedDictionary<string, SortedSet<string>> found)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                Collect(name, item, found);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            var fields = found.TryGetValue(name, out var known) ? known : found[name] = new(StringComparer.Ordinal);
            foreach (var property in element.EnumerateObject())
            {
                fields.Add(property.Name);
                Collect(property.Name, property.Value, found);
            }
        }
    }

    /// <summary>Sections <c>### `gates`</c> with rows <c>| `metric` |</c>; one section may explain several objects of the same shape.</summary>
    private static Dictionary<string, List<string>> Explained()
    {
        var sections = File.ReadAllText(Path.Combine(Repository.Root, "docs", "report.md")).Split("\n### ")[1..];
        return sections
            .SelectMany(section => section.Split('\n')[0].Split(", ").Select(name => (Name: name.Trim('`', ' '), Section: section)))
            .ToDictionary(part => part.Name, part => Row().Matches(part.Section).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal).ToList());
    }

    [GeneratedRegex(@"^\| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
