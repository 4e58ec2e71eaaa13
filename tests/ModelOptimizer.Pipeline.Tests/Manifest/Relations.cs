using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Manifest;

namespace ModelOptimizer.Pipeline.Tests.Manifest;

/// <summary>What keys of a mapping need and exclude, over all mappings that can be written with a section's keys.</summary>
public sealed class Relations
{
    private static readonly Dictionary<string, SectionDeclaration> Sections = new(StringComparer.Ordinal)
    {
        ["manifest"] = ManifestKeys.Section,
        ["dataset"] = DatasetKeys.Section,
        ["preprocess"] = PreprocessKeys.Section,
        ["model"] = ModelKeys.Section,
        ["calibrate"] = CalibrateKeys.Section,
        ["evaluate"] = EvaluateKeys.Section,
        ["embed"] = EmbedKeys.Section,
        ["budget"] = BudgetKeys.Section,
        ["block"] = BlockKeys.Section,
        ["certificate"] = CertificateKeys.Section,
        ["gate"] = GateKeys.Section,
        ["gate on top1"] = GateKeys.Of("top1", null),
        ["step of sample"] = new([.. StepKeys.Of(new SampleMethod()).Keys.Where(key => key.IsRequired || key.ExclusiveGroup is not null)]),
    };

    public static TheoryData<string> Names() => [.. Sections.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Are_Checked_For_Every_Set_Of_Keys(string name)
    {
        var section = Sections[name];
        foreach (var (written, problem) in Subsets(section).Select(written => (written, Problem(section, written))))
        {
            (problem is null).ShouldBe(IsRight(section, written), $"{string.Join(", ", written)}: {problem}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Name_Every_Way_Out(string name)
    {
        var section = Sections[name];
        foreach (var written in Subsets(section))
        {
            var ways = WaysOut(section, written).ToList();
            var problem = Problem(section, written);
            if (problem is not null)
            {
                ways.ShouldNotBeEmpty();
                ways.ShouldAllBe(way => problem.Contains(way, StringComparison.Ordinal), $"{string.Join(", ", written)}: {problem}");
            }
        }
    }

    private static IEnumerable<List<KeyDeclaration>> Subsets(SectionDeclaration section) =>
        Enumerable.Range(0, 1 << section.Keys.Count).Select(bits => section.Keys.Where((_, i) => (bits >> i & 1) == 1).ToList());

    private static bool IsRight(SectionDeclaration section, List<KeyDeclaration> written) =>
        section.Keys.All(key => !key.IsRequired || written.Contains(key))
        && (section.NeedsOneOf.Count == 0 || written.Exists(key => section.NeedsOneOf.Contains(key.Name)))
        && written.TrueForAll(key => key.Needs.Count == 0 || written.Exists(other => key.Needs.Contains(other.Name)))
        && written.Where(key => key.ExclusiveGroup is not null).GroupBy(key => key.ExclusiveGroup).All(group => group.Count() == 1);

    /// <summary>Keys that the first problem, in the order of its kinds and of the keys, can be solved with.</summary>
    private static IEnumerable<string> WaysOut(SectionDeclaration section, List<KeyDeclaration> written)
    {
        if (section.Keys.FirstOrDefault(key => key.IsRequired && !written.Contains(key)) is { } missing)
        {
            return [$"'{missing.Name}'"];
        }

        if (section.NeedsOneOf.Count > 0 && !written.Exists(key => section.NeedsOneOf.Contains(key.Name)))
        {
            return section.NeedsOneOf;
        }

        foreach (var (index, key) in written.Index())
        {
            if (key.ExclusiveGroup is { } group && written.Take(index).FirstOrDefault(other => other.ExclusiveGroup == group) is { } other)
            {
                return [$"'{key.Name}'", $"'{other.Name}'"];
            }

            if (key.Needs.Count > 0 && !written.Exists(there => key.Needs.Contains(there.Name)))
            {
                return [$"'{key.Name}'", "emove", .. key.Needs.Select(needed => $"'{needed}: ")];
            }
        }

        return [];
    }

    private static string? Problem(SectionDeclaration section, List<KeyDeclaration> written)
    {
        var nodes = written.Select((key, i) => (new ScalarNode(key.Name, true, new SourcePosition("", 1, i + 1)), (Node)new ScalarNode("1", true, new SourcePosition("", 1, i + 1))));
        try
        {
            _ = new Section(new MapNode([.. nodes], new SourcePosition("", 1, 1)), "'it'", section);
            return null;
        }
        catch (DiagnosticException exception)
        {
            return exception.Message;
        }
    }
}
