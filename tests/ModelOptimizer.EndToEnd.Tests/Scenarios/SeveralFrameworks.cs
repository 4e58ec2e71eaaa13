using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

internal static class SeveralFrameworks
{
    // NETStandard.Library comes from what this machine restored for the build task, not from a server.
    internal static string Both { get; } = $"""
        <TargetFramework></TargetFramework>
        <TargetFrameworks>net10.0;netstandard2.0</TargetFrameworks>
        <OutputType>Library</OutputType>
        <RestoreFallbackFolders>{Packages.MachineFolder}</RestoreFallbackFolders>
        """;

    public static IEnumerable<Step> All_Target_Frameworks_Share_One_Compression_And_One_Alone_Makes_It(Place place)
    {
        var library = new Consumer(place["lib"], Both);
        yield return Step.Build(library);

        place.Last.ToolStarts.ShouldBe(1, place.Last.Output);
        place.Last.Problems.ShouldBeEmpty();
        ResourcesOf(library["bin", "Release", "net10.0", "lib.dll"]).ShouldBe(["Digits.onnx"]);
        ResourcesOf(library["bin", "Release", "netstandard2.0", "lib.dll"]).ShouldBe(["Digits.onnx"]);
        yield return Step.Clean(library);

        Directory.Exists(library["obj", "modelopt"]).ShouldBeFalse();
        library.Build("-f", "net10.0").ShouldSucceed().ToolStarts.ShouldBe(1);
        ResourcesOf(library["bin", "Release", "net10.0", "lib.dll"]).ShouldBe(["Digits.onnx"]);
    }

    public static IEnumerable<Step> A_Copied_Model_Lies_In_The_Output_Folder_Of_Each(Place place)
    {
        var library = new Consumer(place["lib"], Both);
        library.Write("Program.cs", "");
        library.Write("modelopt.yaml", Copying.Manifest);
        yield return Step.Build(library);

        place.Last.ToolStarts.ShouldBe(1, place.Last.Output);
        var model = File.ReadAllBytes(library["bin", "Release", "net10.0", Copying.Copy]);
        SmallModel.Convolutions(model).ShouldBeGreaterThan(3);
        File.ReadAllBytes(library["bin", "Release", "netstandard2.0", Copying.Copy]).ShouldBe(model);
    }

    public static IEnumerable<Step> A_Project_Reference_Builds_The_Model_Of_One_Framework_And_Does_Not_Pass_The_Package_On(Place place)
    {
        var library = new Consumer(place["lib"], Both);
        library.Write("../app/app.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <OutputType>Exe</OutputType>
              </PropertyGroup>
              <ItemGroup>
                <ProjectReference Include="../lib/lib.csproj" />
              </ItemGroup>
            </Project>
            """);
        library.Write("../app/Program.cs", "App.Program.Main();\n");
        library.Write("../app/modelopt.yaml", "not a manifest\n");
        // The library's package is found however early this project is restored.
        File.Copy(library["NuGet.Config"], place["app", "NuGet.Config"]);
        yield return Step.Build(place["app", "app.csproj"]);

        place.Last.ToolStarts.ShouldBe(1, place.Last.Output);
        var expected = $"Digits.onnx {library.Embedded().Length} intact";
        Consumer.RunProgram(place["app", "bin", "Release", "net10.0", "app"]).ShouldBe(expected);
        Directory.Exists(place["app", "obj", "modelopt"]).ShouldBeFalse();

        // What one framework has made, all take; what all have made, one takes.
        yield return Step.Build(library);
        place.Last.ToolStarts.ShouldBe(0, place.Last.Output);
        Directory.Delete(place["app", "bin"], recursive: true);
        yield return Step.Build(place["app", "app.csproj"]);
        place.Last.ToolStarts.ShouldBe(0, place.Last.Output);
        Consumer.RunProgram(place["app", "bin", "Release", "net10.0", "app"]).ShouldBe(expected);
    }

    public static IEnumerable<Step> A_Manifest_For_One_Framework_Only_Is_An_Error_And_Not_A_Missing_Model(Place place)
    {
        var library = new Consumer(place["lib"], Both, """<CompressionManifest Include="models/net10.yaml" Condition="'$(TargetFramework)' == 'net10.0'" />""");
        File.Move(library["modelopt.yaml"], library["models", "net10.yaml"]);
        library.Write("Program.cs", "");
        yield return Step.FailedBuild(library);

        place.Last.Problems.ShouldContain(problem => problem.Contains("error MOC5105", StringComparison.Ordinal));
    }

    internal static string[] ResourcesOf(string assembly)
    {
        using var pe = new PEReader(File.OpenRead(assembly));
        var metadata = pe.GetMetadataReader();
        return [.. metadata.ManifestResources.Select(handle => metadata.GetString(metadata.GetManifestResource(handle).Name))];
    }
}
