using System.Text.RegularExpressions;

namespace ModelOptimizer.Tool.Tests;

/// <summary>The page of errors against the sources.</summary>
public partial class ErrorPageTests
{
    [Fact]
    public void Every_code_is_declared_once_and_is_on_the_page_and_the_page_has_no_other()
    {
        var declared = Sources().SelectMany(file => Declaration().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).ToList();
        var documented = Row().Matches(File.ReadAllText(Path.Combine(Root(), "docs", "errors.md"))).Select(match => match.Groups[1].Value).ToList();

        declared.GroupBy(code => code).Where(group => group.Count() > 1).Select(group => group.Key).ShouldBeEmpty();
        documented.Order().ShouldBe(declared.Order());
    }

    private static IEnumerable<string> Sources() =>
        new[] { "src", "eng" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root(), folder), "*", SearchOption.AllDirectories))
            .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".targets", StringComparison.Ordinal))
            .Where(file => !Path.GetRelativePath(Root(), file).Split(Path.DirectorySeparatorChar).Intersect(["obj", "bin", "node_modules"]).Any());

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ModelOptimizer.Build.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("the tests run outside the repository");
        }

        return folder.FullName;
    }

    [GeneratedRegex("""(?:const string \w+ = |LogError\(null, |Code=)"(MOC\d{4})["]""")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^\| (MOC\d{4}) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
