using System.Text.RegularExpressions;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests;

/// <summary>The pages of errors against the sources.</summary>
public partial class ErrorPageTests
{
    [Fact]
    public void Every_code_is_declared_once_and_has_a_page_and_no_page_is_left_over()
    {
        var declared = Sources().SelectMany(file => Declaration().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).ToList();

        declared.GroupBy(code => code).Where(group => group.Count() > 1).Select(group => group.Key).ShouldBeEmpty();
        ErrorPages.All.Select(page => page.Name).ShouldBe(declared.Order(StringComparer.Ordinal).Select(code => code + ".md"));
    }

    [Fact]
    public void Every_page_starts_with_its_code_and_shows_its_message() => ErrorPages.All
        .Where(page => page.Name != page.Code + ".md" || !Message(page.Code).IsMatch(page.Text))
        .Select(page => page.Name)
        .ShouldBeEmpty();

    [Fact]
    public void The_list_is_made_from_the_pages() => ErrorPages.List().ShouldBeTheFile(ErrorPages.ListFile);

    [Fact]
    public void Every_part_of_a_manifest_can_be_read()
    {
        using var folder = new TempFolder();
        var manifest = Path.Combine(folder.Path, ManifestReader.DefaultName);
        var parts = ErrorPages.All.SelectMany(page => Yaml().Matches(page.Text).Select(match => (page.Name, Yaml: match.Groups[1].Value))).ToList();

        parts.Count.ShouldBeGreaterThan(20);
        foreach (var (name, yaml) in parts)
        {
            File.WriteAllText(manifest, Whole(yaml));
            Should.NotThrow(() => ManifestReader.Read(manifest, filesMustExist: false), $"{name}:\n{File.ReadAllText(manifest)}");
        }
    }

    /// <summary>A manifest around a part of one: keys of the top level, or keys of a model.</summary>
    private static string Whole(string yaml)
    {
        var keys = Key().Matches(yaml).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        string Missing(string key, string text) => keys.Contains(key) ? "" : text;
        return keys.Overlaps(["version", "device", "seed", "memory", "datasets", "models"])
            ? $"{Missing("version", "version: 1\n")}{yaml}{Missing("models", "models: { digits: { source: digits.onnx, compress: [ { method: tucker, ranks: 8 } ] } }\n")}"
            : $$"""
                version: 1
                datasets: { all: { path: digits.npz, inputs: { image: images }, labels: labels, split: { train: 80%, test: 20% } } }
                models:
                  digits:
                    {{Missing("source", "source: digits.onnx")}}
                    {{Missing("evaluate", "evaluate: { dataset: all/test }")}}
                    {{Missing("compress", "compress: [ { method: tucker, ranks: 8 } ]")}}
                {{string.Concat(yaml.Split('\n').Select(line => $"    {line}\n"))}}
                """;
    }

    private static IEnumerable<string> Sources() =>
        new[] { "src", "eng" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories))
            .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".targets", StringComparison.Ordinal))
            .Where(file => !RepositoryFiles.IsMade(file));

    private static Regex Message(string code) => new($"^(.+: )?(error|warning|note) {code}: .", RegexOptions.Multiline);

    [GeneratedRegex("""(?:const string \w+ = |LogError\(null, |Code=)"(MOC\d{4})["]""")]
    private static partial Regex Declaration();

    [GeneratedRegex("^```yaml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Yaml();

    [GeneratedRegex(@"^([a-z]+):", RegexOptions.Multiline)]
    private static partial Regex Key();
}
