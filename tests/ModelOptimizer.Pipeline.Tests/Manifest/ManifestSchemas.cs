using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Json.Schema;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Manifest;

/// <summary>The schema for editors, judged by a validator that is not ours.</summary>
public sealed partial class ManifestSchemas
{
    private static readonly JsonSchema Real = JsonSchema.FromText(ManifestSchema.Text(MethodCatalogue.All));

    private static IEnumerable<string> Examples => Directory.GetFiles(FromRoot("docs"), "*.md", SearchOption.AllDirectories)
        .Concat([FromRoot("README.md"), FromRoot("eng", "packaging", "FirstManifest.md")])
        .SelectMany(page => Example().Matches(File.ReadAllText(page).ReplaceLineEndings("\n")).Select(example => example.Groups["yaml"].Value));

    [Fact]
    public void Have_Every_Declared_Key() => ManifestSchema.Text([new SampleMethod()]).ShouldBeApproved();

    [Fact]
    public void Are_Valid_Draft_7() =>
        MetaSchemas.Draft7.Evaluate(JsonElement.Parse(ManifestSchema.Text(MethodCatalogue.All))).IsValid.ShouldBeTrue();

    [Fact]
    public void Accept_The_Manifests_Of_The_Sample_And_The_Pages()
    {
        string[] manifests =
        [
            File.ReadAllText(FromRoot("samples", "DigitReader", "modelopt.yaml")),
            .. Examples.Where(yaml => yaml.Contains("models:", StringComparison.Ordinal)).Select(Whole),
        ];

        manifests.Length.ShouldBeGreaterThan(2);
        manifests.Select(yaml => Problems(Real, yaml)).ShouldAllBe(problems => problems == "");
    }

    [Fact]
    public void Accept_Steps_As_The_Pages_Of_Methods_Write_Them()
    {
        var steps = Examples.Where(yaml => yaml.TrimStart().StartsWith("compress:", StringComparison.Ordinal)).ToList();

        steps.ShouldNotBeEmpty();
        steps.Select(yaml => Problems(Real, $"version: 1\nmodels:\n  m:\n    source: m.onnx\n{Indented(yaml)}")).ShouldAllBe(problems => problems == "");
    }

    [Fact]
    public void Accept_Every_Default_Of_Every_Method()
    {
        var steps = MethodCatalogue
            .All.SelectMany(method =>
                method.Options.Where(option => option.Default is not null).Select(option => $"{{ method: {method.Name}, {option.Name}: {option.Default} }}")
            )
            .ToList();

        steps.Count.ShouldBeGreaterThan(20);
        steps.Select(step => Problems(Real, Model($"compress: [{step}]"))).ShouldAllBe(problems => problems == "");
    }

    [Theory]
    [InlineData("evaluate: { command: eval }, gates: [{ mAP: { max-drop: 2%, confidence: none } }]")]
    [InlineData("evaluate: { command: [python, eval.py], timeout: 5 }, gates: [{ loss: { max: 0.35 } }, { size: { max: 40% } }]")]
    [InlineData(
        "gates: [{ top3: { min: 0.9 } }, { perplexity: { max-rise: 5% } }, { size: { max: 250 KiB } }, { macs: { max: 1.5 M } }, { params: { max: 250000 } }]"
    )]
    public void Accept_Gates(string gates) => Problems(Real, Model($"compress: [{{ method: tucker, budget: auto }}], {gates}")).ShouldBeEmpty();

    [Theory]
    [InlineData("compress: [{ method: tucker, budgets: auto }]")]
    [InlineData("compress: [{ method: tucker, rank: 40 }]")]
    [InlineData("compress: [{ method: tucker, ranks: 16, energy: 0.9 }]")]
    [InlineData("compress: [{ method: tukcer }]")]
    [InlineData("compress: [{ method: tucker, budget: { size: 40 } }]")]
    [InlineData("compress: [{ method: convex-distillation, certificate: { max-gap: 2 } }]")]
    [InlineData("compress: [{ method: tucker }], gates: [{ mAP: { max-drop: 2%, confidence: none } }]")]
    [InlineData("compress: [{ method: tucker }], evaluate: { command: eval }, gates: [{ size: { max: 40 } }]")]
    [InlineData("compress: [{ method: tucker }], gates: [{ mse: { max-drop: 1 } }]")]
    [InlineData("compress: [{ method: tucker }], gates: [{ latency: { max: 5 ms } }]")]
    [InlineData("compress: [{ method: tucker }], calibrate: { random: 64, samples: 3 }")]
    [InlineData("compress: [{ method: tucker }], evaluate: { dataset: a, timeout: 3 }")]
    [InlineData("compress: [{ method: tucker }], embed: { copy: a.onnx, accessor: A }")]
    public void Refuse(string model) => Problems(Real, Model(model)).ShouldNotBeEmpty();

    /// <summary>What is left needs files, names of other places or arithmetic, which no schema knows.</summary>
    [Fact]
    public void Refuse_What_The_Reader_Refuses_But_For_These()
    {
        var schema = JsonSchema.FromText(ManifestSchema.Text([new SampleMethod()]));
        var passed = new StringBuilder();
        // What is no YAML needs no schema.
        foreach (var group in WrongManifests.Groups.Where(group => group != "yaml"))
        {
            foreach (var (title, yaml) in WrongManifests.Of(group).Where(wrong => Problems(schema, wrong.Yaml).Length == 0))
            {
                passed.Append($"{group}: {title}\n");
            }
        }

        passed.ToString().ShouldBeApproved();
    }

    private static string Problems(JsonSchema schema, string yaml)
    {
        var result = schema.Evaluate(JsonSerializer.SerializeToElement(YamlAsJson.Parse(yaml)), new EvaluationOptions { OutputFormat = OutputFormat.List });
        return result.IsValid
            ? ""
            : string.Join(
                "\n",
                result
                    .Details!.Where(detail => detail.Errors is not null)
                    .Select(detail => $"{detail.InstanceLocation}: {string.Join("; ", detail.Errors!.Values)}")
                    .Prepend(yaml)
            );
    }

    private static string Model(string keys) => $"version: 1\nmodels: {{ m: {{ source: m.onnx, {keys} }} }}\n";

    private static string Whole(string yaml) => yaml.Contains("version:", StringComparison.Ordinal) ? yaml : "version: 1\n" + yaml;

    private static string Indented(string yaml) => string.Concat(yaml.Split('\n').Select(line => $"    {line}\n"));

    private static string FromRoot(params string[] path) => Path.Combine([Repository.Root, .. path]);

    [GeneratedRegex("^```yaml\n(?<yaml>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
