using System.IO.Compression;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

public sealed class PackageLayout
{
    [Fact]
    public void The_Build_Package_Holds_Targets_Task_And_Tool_For_Every_Platform() => Files("ModelOptimizer.Build").ShouldBeApproved();

    [Fact]
    public void The_Tool_Package_Holds_The_Tool_For_Every_Platform() => Files("ModelOptimizer.Tool").ShouldBeApproved();

    [Fact]
    public void The_Build_Package_Is_A_Development_Dependency_That_Depends_On_Nothing()
    {
        using var package = Open("ModelOptimizer.Build");
        using var reader = new StreamReader(package.GetEntry("ModelOptimizer.Build.nuspec")!.Open());
        var nuspec = reader.ReadToEnd();

        nuspec.ShouldContain("<developmentDependency>true</developmentDependency>");
        nuspec.ShouldNotContain("<dependency ");
    }

    private static string Files(string id)
    {
        using var package = Open(id);
        var files = package.Entries.Select(entry => entry.FullName).Where(name => !name.StartsWith("package/", StringComparison.Ordinal) && !name.StartsWith("_rels/", StringComparison.Ordinal));
        return string.Join('\n', files.Order(StringComparer.Ordinal));
    }

    private static ZipArchive Open(string id) => ZipFile.OpenRead(Path.Combine(Packages.Feed, $"{id}.{Packages.Version}.nupkg"));
}
