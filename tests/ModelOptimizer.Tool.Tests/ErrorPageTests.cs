using System.Text.RegularExpressions;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests;

/// <summary>The page of errors against the sources.</summary>
public partial class ErrorPageTests
{
    [Fact]
    public void Every_code_is_declared_once_and_is_on_the_page_and_the_page_has_no_other()
    {
        var declared = Sources().SelectMany(file => Declaration().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).ToList();
        var documented = Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "errors.md"))).Select(match => match.Groups[1].Value).ToList();

        declared.GroupBy(code => code).Where(group => group.Count() > 1).Select(group => group.Key).ShouldBeEmpty();
        documented.Order().ShouldBe(declared.Order());
    }

    private static IEnumerable<string> Sources() =>
        new[] { "src", "eng" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories))
            .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".targets", StringComparison.Ordinal))
            .Where(file => !RepositoryFiles.IsMade(file));

    [GeneratedRegex("""(?:const string \w+ = |LogError\(null, |Code=)"(MOC\d{4})["]""")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^\| (MOC\d{4}) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
