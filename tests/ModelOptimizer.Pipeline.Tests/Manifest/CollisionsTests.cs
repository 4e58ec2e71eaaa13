using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Manifest;

/// <summary>Collisions of models of several manifests; those of one are among its errors.</summary>
public sealed class CollisionsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Different_models_go_together() => Find(("a/modelopt.yaml", Model("digits")), ("b/modelopt.yaml", Model("letters"))).ShouldBeEmpty();

    [Fact]
    public void A_name_belongs_to_one_model_but_for_case() => Find(("modelopt.yaml", Model("digits")), ("more/modelopt.yaml", Model("Digits"))).ShouldBe(
        "more/modelopt.yaml(3,3): error MOC1014: The models 'digits' (../modelopt.yaml:3) and 'Digits' (modelopt.yaml:3) "
        + "have the same name (but for upper and lower case): 'Digits'. Give each its own.");

    [Fact]
    public void A_default_output_is_one_too() =>
        Find(("a.yaml", Model("digits", "m.onnx")), ("b.yaml", "\n" + Model("letters", "other.onnx", "output: m.compressed.onnx")))
            .ShouldBe(
                "b.yaml(4,3): error MOC1014: The models 'digits' (a.yaml:3) and 'letters' (b.yaml:4) have the same output: 'm.compressed.onnx'. Give each an "
                    + "'output' of its own."
            );

    [Fact]
    public void An_output_over_what_another_manifest_reads_is_refused() =>
        Find(("a.yaml", Model("digits", "m.onnx")), ("b.yaml", Model("letters", "other.onnx", "output: m.onnx")))
            .ShouldBe("b.yaml(3,3): error MOC1014: The output of model 'letters' would overwrite m.onnx, which a.yaml reads. Give it another 'output'.");

    [Theory]
    [InlineData("embed: { resource: A.onnx }", "resource", "A.onnx")]
    [InlineData("embed: { resource: @.onnx, accessor: Model }", "accessor", "Model")]
    [InlineData("embed: { copy: models/a.onnx }", "copy", "models/a.onnx")]
    public void What_a_build_ships_is_called_by_different_names(string embed, string what, string value) => Find(
        ("a.yaml", Model("digits", "a.onnx", embed.Replace('@', '1'))),
        ("b.yaml", Model("letters", "b.onnx", embed.Replace('@', '2')))).ShouldBe(
        $"b.yaml(6,5): error MOC1014: The models 'digits' (a.yaml:6) and 'letters' (b.yaml:6) have the same {what}: '{value}'. Give each its own.");

    public void Dispose() => _folder.Dispose();

    private static string Model(string name, string? source = null, string more = "") => $$"""
        version: 1
        models:
          {{name}}:
            source: {{source ?? name + ".onnx"}}
            compress: [{ method: sample }]
            {{more}}

        """;

    private string Find(params (string File, string Yaml)[] manifests)
    {
        List<CompressionPlan> plans = [];
        foreach (var (file, yaml) in manifests)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[file])!);
            File.WriteAllText(_folder[file], yaml);
            plans.Add(ManifestReader.Read(_folder[file], [new SampleMethod()], filesMustExist: false));
        }

        return string.Join('\n', Collisions.Find(plans)).Replace(_folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
    }
}
