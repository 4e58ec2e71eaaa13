using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Manifest;

public sealed class ManifestPages
{
    [Fact]
    public void Are_The_Declarations() => ManifestPage.Text(MethodCatalogue.All).ShouldBeTheFile(Page);

    [Fact]
    public void Have_Every_Option_Of_Every_Method_In_Its_Chapter()
    {
        var chapters = File.ReadAllText(Page).Split("\n### ");
        foreach (var method in MethodCatalogue.All)
        {
            var chapter = chapters.Single(text => text.StartsWith($"`{method.Name}`\n", StringComparison.Ordinal));
            method.Options.Select(option => option.Name).ShouldAllBe(name => chapter.Contains($"\n| `{name}` |", StringComparison.Ordinal));
        }
    }

    private static string Page { get; } = Path.Combine(Repository.Root, "docs", "manifest.md");
}
