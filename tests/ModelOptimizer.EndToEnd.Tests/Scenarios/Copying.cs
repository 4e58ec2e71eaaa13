namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

/// <summary>A model that is shipped as a file beside the assembly.</summary>
internal static class Copying
{
    internal const string Copy = "assets/digits.onnx";

    /// <summary>The consumer's manifest, with <c>copy</c> instead of <c>resource</c> and <c>accessor</c>.</summary>
    internal static string Manifest => $"{Consumer.Manifest[..Consumer.Manifest.IndexOf("      resource:", StringComparison.Ordinal)]}      copy: {Copy}\n";

    public static IEnumerable<Step> The_Compressed_Model_Lies_Beside_The_Assembly_And_Follows_Every_Change(Place place)
    {
        var app = Copier(place);
        yield return Step.Build(app);

        File.Exists(InBin(app)).ShouldBeTrue();
        SmallModel.Convolutions(File.ReadAllBytes(InBin(app))).ShouldBeGreaterThan(3);
        app.Run().ShouldBe(new FileInfo(InBin(app)).Length.ToString(System.Globalization.CultureInfo.InvariantCulture));

        var (first, written) = (File.ReadAllBytes(InBin(app)), File.GetLastWriteTimeUtc(InBin(app)));
        yield return Step.Build(app);

        place.Last.ToolStarts.ShouldBe(0, place.Last.Output);
        File.GetLastWriteTimeUtc(InBin(app)).ShouldBe(written);

        SmallModel.Write(app.Model, channels: 32);
        yield return Step.Build(app);

        File.ReadAllBytes(InBin(app)).ShouldNotBe(first);
    }

    public static IEnumerable<Step> The_Original_And_The_Compressed_Model_Replace_Each_Other(Place place)
    {
        var app = Copier(place);
        yield return Step.Build(app);

        var compressed = File.ReadAllBytes(InBin(app));
        // The original is copied later than the compressed model was made, and the compressed model must come back all the same.
        app.Set("<ModelOptimizerEnabled>false</ModelOptimizerEnabled>");
        yield return Step.Build(app);

        File.ReadAllBytes(InBin(app)).ShouldBe(File.ReadAllBytes(app.Model));
        app.Set("");
        yield return Step.Build(app);

        File.ReadAllBytes(InBin(app)).ShouldBe(compressed);
    }

    public static IEnumerable<Step> A_Copy_That_The_Manifest_Moves_Leaves_Nothing_At_Its_Old_Place(Place place)
    {
        var app = Copier(place);
        yield return Step.Build(app);

        app.Write("modelopt.yaml", File.ReadAllText(app["modelopt.yaml"]).Replace(Copy, "other.onnx", StringComparison.Ordinal));
        yield return Step.Build(app);

        File.Exists(app["bin", "Release", "net10.0", "other.onnx"]).ShouldBeTrue();
        File.Exists(InBin(app)).ShouldBeFalse();
    }

    public static IEnumerable<Step> Publishing_Brings_The_Model_With_And_Without_A_Build_And_Clean_Removes_It(Place place)
    {
        var app = Copier(place);
        yield return Step.Build(app);
        yield return Step.Publish(app);

        (place.Last.ToolStarts + place.Last.UpToDate).ShouldBe(0, place.Last.Output);
        File.ReadAllBytes(app["bin", "Release", "net10.0", "publish", Copy]).ShouldBe(File.ReadAllBytes(InBin(app)));

        Neighbours.PackageEntries(app).ShouldContain($"contentFiles/any/any/{Copy}");

        SmallModel.Write(app.Model, channels: 32);
        app.DotNet("publish", "-c", "Release", "-o", place["published"]).ShouldSucceed();
        File.ReadAllBytes(place["published", Copy]).ShouldBe(File.ReadAllBytes(InBin(app)));

        yield return Step.Clean(app);
        File.Exists(InBin(app)).ShouldBeFalse();
    }

    public static IEnumerable<Step> A_Referencing_App_Gets_The_Model_When_It_Builds_And_When_It_Publishes(Place place)
    {
        var app = Copier(place);
        Directory.CreateDirectory(place["user"]);
        File.Copy(app["NuGet.Config"], place["user", "NuGet.Config"]);
        File.WriteAllText(place["user", "Program.cs"], "System.Console.WriteLine();\n");
        File.WriteAllText(place["user", "user.csproj"], """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <OutputType>Exe</OutputType>
              </PropertyGroup>
              <ItemGroup><ProjectReference Include="../app/app.csproj" /></ItemGroup>
            </Project>
            """);
        yield return Step.Build(place["user", "user.csproj"]);

        var expected = File.ReadAllBytes(InBin(app));
        SmallModel.Convolutions(expected).ShouldBeGreaterThan(3);
        var copied = place["user", "bin", "Release", "net10.0", Copy];
        File.ReadAllBytes(copied).ShouldBe(expected);

        yield return Step.Publish(place["user", "user.csproj"]);
        File.ReadAllBytes(place["user", "bin", "Release", "net10.0", "publish", Copy]).ShouldBe(expected);

        // As --no-dependencies does; here the referenced project's Build target does not run at all.
        File.WriteAllText(
            place["user", "Directory.Build.props"],
            "<Project><PropertyGroup><BuildProjectReferences>false</BuildProjectReferences></PropertyGroup></Project>\n"
        );
        File.Delete(copied);
        yield return Step.Build(place["user", "user.csproj"]);

        (place.Last.ToolStarts + place.Last.UpToDate).ShouldBe(0, place.Last.Output);
        File.ReadAllBytes(copied).ShouldBe(expected);
    }

    private static Consumer Copier(Place place)
    {
        var app = place.Consumer();
        app.Write(
            "Program.cs",
            "System.Console.WriteLine(new System.IO.FileInfo(System.IO.Path.Combine(System.AppContext.BaseDirectory, \"assets\", \"digits.onnx\")).Length);\n"
        );
        app.Write("modelopt.yaml", Manifest);
        return app;
    }

    private static string InBin(Consumer app) => app["bin", "Release", "net10.0", Copy];
}
