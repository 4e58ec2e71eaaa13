using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

public sealed class SeveralFrameworks : IDisposable
{
    // NETStandard.Library comes from what this machine restored for the build task, not from a server.
    private static readonly string Both = $"""
        <TargetFramework></TargetFramework>
        <TargetFrameworks>net10.0;netstandard2.0</TargetFrameworks>
        <OutputType>Library</OutputType>
        <RestoreFallbackFolders>{Packages.MachineFolder}</RestoreFallbackFolders>
        """;

    private readonly TempFolder _folder = new();

    [Fact]
    public void All_Target_Frameworks_Share_One_Compression()
    {
        var consumer = new Consumer(_folder["lib"], Both);

        var build = consumer.Build("-m:2").ShouldSucceed();

        build.ToolStarts.ShouldBe(1, build.Output);
        build.Problems.ShouldBeEmpty();
        ResourcesOf(consumer["bin", "Release", "net10.0", "lib.dll"]).ShouldBe(["Digits.onnx"]);
        ResourcesOf(consumer["bin", "Release", "netstandard2.0", "lib.dll"]).ShouldBe(["Digits.onnx"]);

        consumer.Build("-f", "net10.0").ShouldSucceed().ToolStarts.ShouldBe(0);

        consumer.DotNet("clean", "-c", "Release").ShouldSucceed();
        Directory.Exists(consumer["obj", "modelopt"]).ShouldBeFalse();
        consumer.Build("-f", "net10.0").ShouldSucceed().ToolStarts.ShouldBe(1);
        ResourcesOf(consumer["bin", "Release", "net10.0", "lib.dll"]).ShouldBe(["Digits.onnx"]);
    }

    [Fact]
    public void A_Copied_Model_Lies_In_The_Output_Folder_Of_Each()
    {
        var consumer = new Consumer(_folder["lib"], Both);
        consumer.Write("Program.cs", "");
        consumer.Write("modelopt.yaml", Copying.Manifest);

        consumer.Build("-m:2").ShouldSucceed().ToolStarts.ShouldBe(1);

        var model = File.ReadAllBytes(consumer["bin", "Release", "net10.0", Copying.Copy]);
        SmallModel.Convolutions(model).ShouldBeGreaterThan(3);
        File.ReadAllBytes(consumer["bin", "Release", "netstandard2.0", Copying.Copy]).ShouldBe(model);
    }

    [Fact]
    public void A_Project_Reference_Builds_The_Model_And_Does_Not_Pass_The_Package_On()
    {
        var library = new Consumer(_folder["lib"], Both);
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

        var build = library.DotNet("build", "../app/app.csproj", "-c", "Release").ShouldSucceed();

        build.ToolStarts.ShouldBe(1, build.Output);
        DotNet.Run(library.Root, new Dictionary<string, string>(), "../app/bin/Release/net10.0/app.dll").ShouldSucceed()
            .Output.Trim().ShouldBe($"Digits.onnx {library.Embedded().Length} intact");
        Directory.Exists(_folder["app", "obj", "modelopt"]).ShouldBeFalse();
    }

    [Fact]
    public void A_Manifest_For_One_Framework_Only_Is_An_Error_And_Not_A_Missing_Model()
    {
        var consumer = new Consumer(_folder["lib"], Both, """<CompressionManifest Include="models/net10.yaml" Condition="'$(TargetFramework)' == 'net10.0'" />""");
        File.Move(consumer["modelopt.yaml"], consumer["models", "net10.yaml"]);

        var build = consumer.Build("-f", "net10.0").ShouldFail();

        build.Problems.ShouldHaveSingleItem().ShouldContain("error MOC5105");
    }

    public void Dispose() => _folder.Dispose();

    private static string[] ResourcesOf(string assembly)
    {
        using var pe = new PEReader(File.OpenRead(assembly));
        var metadata = pe.GetMetadataReader();
        return [.. metadata.ManifestResources.Select(handle => metadata.GetString(metadata.GetManifestResource(handle).Name))];
    }
}
