using System.Text.Json;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

/// <summary>What the page on TorchSharp says, with packages that stand in for the real ones.</summary>
public sealed class TorchSharpFromItsPackages : IDisposable
{
    private const string Heading = "How to get it";

    private static readonly Page Page = new("docs", "torchsharp.md");

    private readonly TempFolder _folder = new();

    [CudaPlatformFact]
    public void A_Project_Needs_The_Three_Lines_Of_The_Page()
    {
        var items = Page.Block(Heading, "xml").Replace("[2.10.0]\"", "[2.10.0]\" Condition=\"'$(WithLibTorch)' == 'true'\"", StringComparison.Ordinal);
        var consumer = Make(items);

        consumer.Build().ShouldFail().Problems.ShouldHaveSingleItem().ShouldContain("error MOC5014: 'linear-algebra: torchsharp' cannot be used: there is no libtorch_cpu.so for linux-x64 in ");
        consumer.Build("-p:WithLibTorch=true").ShouldSucceed();

        consumer.Run().ShouldBe($"Digits.onnx {consumer.Embedded().Length} intact");
        Directory.GetFiles(consumer["bin"], "*orch*", SearchOption.AllDirectories).ShouldBeEmpty();
        DeviceClass(consumer).ShouldContain("+torchsharp0.0.0+ort");
    }

    [CudaPlatformFact]
    public void The_Command_Needs_The_Lines_Of_The_Page()
    {
        var consumer = Make("");
        var home = new Home(_folder["home"]);
        home.Bash(consumer.Root, $"dotnet tool install --global ModelOptimizer.Tool --version {Packages.Version}").ShouldSucceed();

        var doctor = home.Bash(consumer.Root, Page.Block(Heading, "") + "modelopt doctor --json").ShouldSucceed();
        home.Bash(consumer.Root, Page.Block(Heading, "") + "modelopt compress --linear-algebra torchsharp").ShouldSucceed().Output.ShouldContain("+torchsharp0.0.0+ort");
        home.Bash(consumer.Root, "modelopt compress").ShouldFail().Output.ShouldContain("MOC5014");

        doctor.Output.ShouldContain($"\"detail\": \"{TorchSharpPackages.Description}, from {Path.Combine(home.Folder, "modelopt-torchsharp")}\"");
    }

    public void Dispose() => _folder.Dispose();

    private Consumer Make(string items)
    {
        var consumer = new Consumer(_folder["app"], items: items);
        consumer.Write("modelopt.yaml", Consumer.Manifest.Replace("version: 1\n", "version: 1\nlinear-algebra: torchsharp\n", StringComparison.Ordinal));
        // Without what this machine restored before: the real packages would be found there, and not be unpacked where the stand-ins are.
        consumer.Write("NuGet.Config", $"""
            <configuration>
              <packageSources><clear /><add key="local" value="{Packages.Feed}" /><add key="stand-ins" value="{TorchSharpPackages.Feed}" /></packageSources>
              <fallbackPackageFolders><clear /></fallbackPackageFolders>
            </configuration>
            """);
        return consumer;
    }

    private static string DeviceClass(Consumer consumer)
    {
        using var report = JsonDocument.Parse(File.ReadAllText(Directory.GetFiles(consumer["obj", "modelopt"], "*.report.json", SearchOption.AllDirectories).Single()));
        return report.RootElement.GetProperty("model").GetProperty("deviceClass").GetString()!;
    }
}
