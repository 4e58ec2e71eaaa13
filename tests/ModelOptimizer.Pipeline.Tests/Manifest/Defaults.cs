using ModelOptimizer.Methods;
using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Tests.Manifest;

/// <summary>A default is declared once: what is read when nothing is written is what would be read if it was.</summary>
public sealed class Defaults
{
    public static TheoryData<string> Methods() => [.. MethodCatalogue.All.Select(method => method.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Of_Methods_Mean_The_Same_When_They_Are_Written(string name)
    {
        var method = MethodCatalogue.All.Single(method => method.Name == name);
        var nothing = Read(method.Options, "{}");
        foreach (var option in method.Options.Where(option => option.Default is not null))
        {
            nothing[option.Name].ShouldBe(Canonical(option, option.Form.Value(option.Default!, option.Name, ManifestPaths.None)!));
            if (option.OnlyIf.Count == 0)
            {
                Read(method.Options, $"{{ {option.Name}: {option.Default} }}").ShouldBe(nothing, option.Name);
            }
        }
    }

    [Theory]
    [InlineData("{}", "{ seed: 1 }")]
    [InlineData("{}", "{ device: auto }")]
    [InlineData("{}", "{ linear-algebra: built-in }")]
    public void Of_The_Top_Level_Mean_The_Same(string without, string with)
    {
        CompressionPlan Plan(string keys)
        {
            using var folder = new ManifestFolder();
            return folder.Read(
                $"{{ version: 1, models: {{ digits: {{ source: digits.onnx, compress: [{{ method: sample }}] }} }}, {keys.Trim('{', '}', ' ')} }}"
            );
        }

        var (expected, found) = (Plan(without), Plan(with));
        (found.Seed, found.Device, found.LinearAlgebra).ShouldBe((expected.Seed, expected.Device, expected.LinearAlgebra));
    }

    [Theory]
    [InlineData("scale: 1")]
    [InlineData("mean: [0]")]
    [InlineData("mean: 0")]
    [InlineData("std: [1]")]
    [InlineData("std: 1")]
    [InlineData("layout: NCHW")]
    public void Of_Preprocessing_Mean_The_Same(string written) => Model($"preprocess: {{ {written} }}", "").ShouldBe(Model("", ""));

    [Theory]
    [InlineData("severity: error")]
    [InlineData("confidence: 95%")]
    [InlineData("allow-overlap: false")]
    public void Of_Gates_Mean_The_Same(string written) => Model("", $", {written}").ShouldBe(Model("", ""));

    private static string Model(string dataset, string gate)
    {
        using var folder = new ManifestFolder();
        return folder
            .Read(
                $$"""
                version: 1
                datasets: { test: { path: test.npz, inputs: { a: first }, labels: labels, {{dataset}} } }
                models: { digits: { source: digits.onnx, evaluate: { dataset: test }, compress: [{ method: sample }], gates: [{ top1: { max-drop: 1%{{gate}} } }] } }
                """
            )
            .Models[0]
            .Canonical;
    }

    private static SortedDictionary<string, string> Read(IReadOnlyList<Option> options, string yaml)
    {
        var node = ModelOptimizer.Pipeline.Manifest.YamlTree.Parse(yaml, "modelopt.yaml")!;
        var values = MethodArguments.Read(options, new Section(node, "the step", new KeySet(options), ManifestPaths.None)).Values;
        return new(
            options.Where(option => values.ContainsKey(option.Name)).ToDictionary(option => option.Name, option => Canonical(option, values[option.Name])),
            StringComparer.Ordinal
        );
    }

    private static string Canonical(Option option, object value) => option.Form.Canonical(value, ManifestPaths.None)!.ToJsonString();
}
