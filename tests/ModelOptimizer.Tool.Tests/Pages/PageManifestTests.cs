using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests.Pages;

public sealed class PageManifestTests
{
    public static TheoryData<string> Manifests => [.. PageManifests.All.Select(manifest => manifest.Yaml).Distinct()];

    [Theory]
    [MemberData(nameof(Manifests))]
    public void A_manifest_is_read_with_the_files_that_it_names(string yaml)
    {
        using var folder = new TempFolder();
        ReadersProject.Write(folder.Path);
        File.WriteAllText(folder[ManifestReader.DefaultName], yaml);

        ManifestReader.Read(folder[ManifestReader.DefaultName]).Models.ShouldNotBeEmpty();
    }
}
