using System.Diagnostics;
using System.Text.RegularExpressions;
using ModelOptimizer.Build.Tests.Infrastructure;

namespace ModelOptimizer.Build.Tests;

/// <summary>What a project says, through the package's own .props and .targets files and MSBuild, to a shell script in the tool's place.</summary>
public sealed class TargetsFileTests : IDisposable
{
    private static readonly string Files = Path.Combine(Repository.Root, "src/ModelOptimizer.Build/build/ModelOptimizer.Build");
    private readonly TempFolder _folder = new();

    [ShellFact]
    public void Names_Of_Today_Reach_The_Tool()
    {
        var output = Build("""
            <ModelOptimizerCompressDependsOn>$(ModelOptimizerCompressDependsOn);Before</ModelOptimizerCompressDependsOn>
            <ModelOptimizerRuntimeDirectory>runtime</ModelOptimizerRuntimeDirectory>
            <ModelOptimizerTorchSharpDirectory>torch;/libtorch</ModelOptimizerTorchSharpDirectory>
            """);

        output.ShouldContain("before compression");
        output.ShouldContain($"told {_folder["runtime"]} {_folder["torch"]}:/libtorch");
        output.ShouldNotContain("is called");
    }

    [ShellFact]
    public void Names_Of_Before_Work_And_Say_What_They_Are_Called_Now()
    {
        var output = Build("""
            <ModelOptimizerDependsOn>Before</ModelOptimizerDependsOn>
            <ModelOptimizerCuda>runtime</ModelOptimizerCuda>
            <ModelOptimizerTorchSharp>torch</ModelOptimizerTorchSharp>
            """);

        output.ShouldContain("before compression");
        output.ShouldContain($"told {_folder["runtime"]} {_folder["torch"]}\n");
        output.Split('\n').Select(line => line.Trim()).Where(line => line.Contains("is called", StringComparison.Ordinal)).ShouldBe(
        [
            "ModelOptimizerDependsOn is called ModelOptimizerCompressDependsOn now; version 0.2 will not know the old name.",
            "ModelOptimizerCuda is called ModelOptimizerRuntimeDirectory now; version 0.2 will not know the old name.",
            "ModelOptimizerTorchSharp is called ModelOptimizerTorchSharpDirectory now; version 0.2 will not know the old name.",
        ]);
    }

    [Fact]
    public void The_Readme_Has_Every_Property_That_A_Project_May_Set()
    {
        // The product's own projects set these.
        string[] own = ["ModelOptimizerTaskAssembly", "ModelOptimizerToolPath"];
        var text = File.ReadAllText(Files + ".props") + File.ReadAllText(Files + ".targets");
        var former = Regex.Matches(text, @"<_ModelOptimizerFormerName Include=""(\w+)""").Select(match => match.Groups[1].Value);
        var page = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

        var documented = Regex
            .Matches(page, @"^\| `(\w*(?:ModelOptimizer|CompressionManifest)\w*)` \|", RegexOptions.Multiline)
            .Select(match => match.Groups[1].Value);

        documented.ShouldBe(
            Regex.Matches(text, @"\$\(((?:ModelOptimizer|EnableDefaultC)\w+)\)").Select(match => match.Groups[1].Value).Distinct().Except(own).Except(former),
            ignoreOrder: true);
    }

    [ShellTheory]
    [InlineData("", "", "modelopt.yaml")]
    [InlineData("", """<CompressionManifest Include="more/*.yaml" />""", "modelopt.yaml more/other.yaml")]
    [InlineData("", """<CompressionManifest Include="$(MSBuildProjectDirectory)/modelopt.yaml" />""", "modelopt.yaml")]
    [InlineData("", """<CompressionManifest Remove="modelopt.yaml" />""", "")]
    [InlineData("<EnableDefaultCompressionManifestItems>false</EnableDefaultCompressionManifestItems>", "", "")]
    [InlineData(
        "<EnableDefaultCompressionManifestItems>false</EnableDefaultCompressionManifestItems>",
        """<CompressionManifest Include="more/*.yaml" />""",
        "more/other.yaml"
    )]
    [InlineData("<EnableDefaultItems>false</EnableDefaultItems>", "", "")]
    public void The_Manifest_Beside_The_Project_Is_An_Item_Unless_Switched_Off(string properties, string items, string manifests)
    {
        Build(properties, items);

        var asked = File.Exists(_folder["request"]) ? BuildJson.Read<BuildRequest>(File.ReadAllText(_folder["request"]))!.Manifests : [];
        string.Join(' ', asked.Select(path => Path.GetRelativePath(_folder.Path, path))).ShouldBe(manifests);
    }

    public void Dispose() => _folder.Dispose();

    // A project of no language: what is under test needs no more of MSBuild than its tasks.
    private string Build(string properties, string items = "")
    {
        Directory.CreateDirectory(_folder["more"]);
        File.WriteAllText(_folder["more", "other.yaml"], "");
        File.WriteAllText(_folder["modelopt.yaml"], "");
        File.WriteAllText(_folder["tool.sh"], """
            cp "$3" request
            echo "{\"type\":\"message\",\"importance\":\"high\",\"text\":\"told $ModelOptimizerRuntimeDirectory $ModelOptimizerTorchSharpDirectory\"}"
            rest='"succeeded":true,"inputs":[],"outputs":[],"diagnostics":[],"messages":[]'
            echo "{\"version\":2,\"request\":$(cat "$3"),$rest}" > obj/modelopt/state.json
            """);
        File.WriteAllText(_folder["app.proj"], $"""
            <Project>
              <Import Project="{Files}.props" />
              <PropertyGroup>
                <BaseIntermediateOutputPath>obj/</BaseIntermediateOutputPath>
                <ModelOptimizerTaskAssembly>{typeof(CompressModels).Assembly.Location}</ModelOptimizerTaskAssembly>
                <ModelOptimizerToolPath>{_folder["tool.sh"]}</ModelOptimizerToolPath>
                <DOTNET_HOST_PATH>/bin/sh</DOTNET_HOST_PATH>
                {properties}
              </PropertyGroup>
              <ItemGroup>{items}</ItemGroup>
              <Target Name="Before"><Message Importance="high" Text="before compression" /></Target>
              <Import Project="{Files}.targets" />
            </Project>
            """
        );
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["msbuild", "app.proj", "-t:ModelOptimizerCompress", "-tl:off", "-nologo"]
        )
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
        };
        // What this test run is inside of would leak into the build, and so would properties of whoever started it.
        string[] toxic = ["ModelOptimizer", "MSBUILD", "DOTNET_CLI_"];
        foreach (
            var name in start
                .Environment.Keys.Where(name => Array.Exists(toxic, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
                .ToList()
        )
        {
            start.Environment.Remove(name);
        }

        (start.Environment["MSBUILDDISABLENODEREUSE"], start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"], start.Environment["DOTNET_CLI_UI_LANGUAGE"]) = (
            "1",
            "0",
            "en"
        );
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, output);
        return output;
    }
}
