using System.Globalization;
using System.Text.Json;
using Json.Schema;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Manifest;

namespace ModelOptimizer.Pipeline.Tests.Manifest;

/// <summary>What keys of a mapping need and exclude, over all mappings that can be written with a section's keys.</summary>
public sealed class Relations
{
    private static readonly Dictionary<string, KeySet> Sections = new(StringComparer.Ordinal)
    {
        ["manifest"] = ManifestKeys.All,
        ["dataset"] = DatasetKeys.All,
        ["preprocess"] = PreprocessKeys.All,
        ["model"] = ModelKeys.All,
        ["calibrate"] = CalibrateKeys.All,
        ["evaluate"] = EvaluateKeys.All,
        ["embed"] = EmbedReader.Keys,
        ["budget"] = Budget.Keys,
        ["block"] = BlockReference.Keys,
        ["certificate"] = ConvexKeys.Certificate,
        ["gate"] = GateKeys.All,
        ["gate on top1"] = GateKeys.Of("top1", null),
        ["step of sample"] = new(StepKeys.Of(new SampleMethod()).Where(key => key.IsRequired || key.ExclusiveGroup is not null)),
    };

    private static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal)
    {
        ["dataset"] = "train",
        ["confirm"] = "last",
        ["samples"] = "5",
        ["random"] = "64",
        ["metrics"] = "[mse]",
        ["output"] = "y",
        ["command"] = "eval",
        ["timeout"] = "5",
        ["files"] = "[train.npz]",
        ["resource"] = "A.onnx",
        ["copy"] = "a.onnx",
        ["accessor"] = "A",
        ["compression"] = "auto",
        ["size"] = "40%",
        ["params"] = "250 k",
        ["macs"] = "1e6",
        ["latency"] = "auto",
        ["allocation"] = "uniform",
        ["from"] = "a",
        ["to"] = "b",
        ["max-gap"] = "1e-4",
        ["max-drop"] = "1%",
        ["min"] = "90%",
        ["max"] = "99%",
        ["severity"] = "warning",
        ["confidence"] = "none",
        ["allow-overlap"] = "true",
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

    [Theory]
    [InlineData("calibrate", "calibrate: {0}, compress: [{{ method: sample }}]")]
    [InlineData("evaluate", "evaluate: {0}, gates: [{{ mse: {{ max: 1 }} }}], compress: [{{ method: sample }}]")]
    [InlineData("embed", "embed: {0}, compress: [{{ method: sample }}]")]
    [InlineData("budget", "evaluate: {{ dataset: train }}, gates: [{{ top1: {{ max-drop: 1% }} }}], compress: [{{ method: sample, budget: {0} }}]")]
    [InlineData("block", "compress: [{{ method: sample, block: {0} }}]")]
    [InlineData("certificate", "compress: [{{ method: sample, certificate: {0} }}]")]
    [InlineData("gate on top1", "evaluate: {{ dataset: train }}, gates: [{{ top1: {0} }}], compress: [{{ method: sample }}]")]
    public void Are_The_Same_For_The_Reader_And_The_Schema(string name, string model)
    {
        using var folder = new ManifestFolder();
        var schema = JsonSchema.FromText(ManifestSchema.Text([new SampleMethod()]));
        foreach (var written in Subsets(Sections[name]))
        {
            var mapping = $"{{ {string.Join(", ", written.Select(key => $"{key.Name}: {Values[key.Name]}"))} }}";
            var yaml = $$"""
                version: 1
                datasets:
                  train: { path: train.npz, inputs: { image: images }, labels: labels }
                  last: { path: train.npz, inputs: { image: images }, labels: labels }
                models: { digits: { source: digits.onnx, {{string.Format(CultureInfo.InvariantCulture, model, mapping)}} } }
                """;

            schema.Evaluate(JsonSerializer.SerializeToElement(YamlAsJson.Parse(yaml))).IsValid.ShouldBe(IsRead(folder, yaml), mapping);
        }
    }

    private static bool IsRead(ManifestFolder folder, string yaml)
    {
        try
        {
            folder.Read(yaml);
            return true;
        }
        catch (DiagnosticException)
        {
            return false;
        }
    }

    private static IEnumerable<List<Option>> Subsets(KeySet section) =>
        Enumerable.Range(0, 1 << section.Count).Select(bits => section.Where((_, i) => (bits >> i & 1) == 1).ToList());

    private static bool IsRight(KeySet section, List<Option> written) =>
        section.All(key => !key.IsRequired || written.Contains(key))
        && (section.NeedsOneOf.Count == 0 || written.Exists(key => section.NeedsOneOf.Contains(key.Name)))
        && written.TrueForAll(key => key.Needs.Count == 0 || written.Exists(other => key.Needs.Contains(other.Name)))
        && written.Where(key => key.ExclusiveGroup is not null).GroupBy(key => key.ExclusiveGroup).All(group => group.Count() == 1);

    /// <summary>Keys that the first problem, in the order of its kinds and of the keys, can be solved with.</summary>
    private static IEnumerable<string> WaysOut(KeySet section, List<Option> written)
    {
        if (section.FirstOrDefault(key => key.IsRequired && !written.Contains(key)) is { } missing)
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

    private static string? Problem(KeySet section, List<Option> written)
    {
        var nodes = written.Select(
            (key, i) => (new ScalarNode(key.Name, true, new SourcePosition("", 1, i + 1)), (Node)new ScalarNode("1", true, new SourcePosition("", 1, i + 1)))
        );
        try
        {
            _ = new Section(new MapNode([.. nodes], new SourcePosition("", 1, 1)), "'it'", section, ManifestPaths.None);
            return null;
        }
        catch (DiagnosticException exception)
        {
            return exception.Message;
        }
    }
}
