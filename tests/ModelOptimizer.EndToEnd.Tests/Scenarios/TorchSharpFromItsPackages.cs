using System.Text.Json;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

/// <summary>What the page on TorchSharp says, with packages that stand in for the real ones.</summary>
internal static class TorchSharpFromItsPackages
{
    private const string Heading = "How to get it";

    private static readonly Page Page = new("docs", "torchsharp.md");

    [LinuxScenario(X64 = true)]
    public static IEnumerable<Step> A_Project_And_The_Command_Need_The_Lines_Of_The_Page(Place place)
    {
        var packages = new TorchSharpPackages(place["stand-in"]);
        yield return Step.Build(packages.Project);

        var app = place.Consumer(
            items: Page.Block(Heading, "xml").Replace("[2.10.0]\"", "[2.10.0]\" Condition=\"'$(WithLibTorch)' == 'true'\"", StringComparison.Ordinal)
        );
        app.Write("modelopt.yaml", Consumer.Manifest.Replace("version: 1\n", "version: 1\nlinear-algebra: torchsharp\n", StringComparison.Ordinal));
        // Without what this machine restored before: the real packages would be found there, and not be unpacked where the stand-ins are.
        app.Write("NuGet.Config", $"""
            <configuration>
              <packageSources><clear /><add key="local" value="{Packages.Feed}" /><add key="stand-ins" value="{packages.Pack()}" /></packageSources>
              <fallbackPackageFolders><clear /></fallbackPackageFolders>
            </configuration>
            """);
        Command(place, app);
        yield return Step.FailedBuild(app);

        place
            .Last.Problems.ShouldHaveSingleItem()
            .ShouldContain("error MOC5014: 'linear-algebra: torchsharp' cannot be used: there is no libtorch_cpu.so for linux-x64 in ");
        app.Set("<WithLibTorch>true</WithLibTorch>");
        yield return Step.Build(app);

        app.Run().ShouldBe($"Digits.onnx {app.Embedded().Length} intact");
        Directory.GetFiles(app["bin"], "*orch*", SearchOption.AllDirectories).ShouldBeEmpty();
        DeviceClass(app).ShouldContain("+torchsharp0.0.0+ort");
    }

    private static void Command(Place place, Consumer app)
    {
        var home = new Home(place["home"], InstalledTool.Folder);
        home.Bash(app.Root, "modelopt compress").ShouldFail().Output.ShouldContain("MOC5014");

        var outcome = home.Bash(app.Root, $"set -e\n{Page.Block(Heading, "").TrimEnd()} --json\nmodelopt compress --linear-algebra torchsharp").ShouldSucceed();
        outcome.Output.ShouldContain($"\"detail\": \"{TorchSharpPackages.Description}, from {Path.Combine(home.Folder, "modelopt-torchsharp")}\"");
        outcome.Output.ShouldContain("+torchsharp0.0.0+ort");
    }

    private static string DeviceClass(Consumer consumer)
    {
        using var report = JsonDocument.Parse(
            File.ReadAllText(Directory.GetFiles(consumer["obj", "modelopt"], "*.report.json", SearchOption.AllDirectories).Single())
        );
        return report.RootElement.GetProperty("model").GetProperty("deviceClass").GetString()!;
    }
}
