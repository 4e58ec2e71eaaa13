using System.Globalization;
using System.Text.RegularExpressions;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

public sealed partial class Templates(TemplateHive hive) : IClassFixture<TemplateHive>, IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void A_New_Application_Reads_Digits_With_The_Compressed_Model()
    {
        NuGetConfig.Write(_folder.Path, Packages.Feed);
        // A name that is no namespace.
        DotNet(hive.Command("modelopt-app", "-n", "my-digits"));

        var run = DotNet("run", "--project", "my-digits", "-c", "Release");

        var accuracy = Accuracy().Match(run.Output);
        accuracy.Success.ShouldBeTrue(run.Output);
        var original = double.Parse(accuracy.Groups["original"].Value, CultureInfo.InvariantCulture);
        original.ShouldBeGreaterThan(98);
        double.Parse(accuracy.Groups["compressed"].Value, CultureInfo.InvariantCulture).ShouldBeGreaterThan(original - 0.5);
        run.Output.ShouldContain("(30 %)");
    }

    [Fact]
    public void A_Manifest_For_A_Project_Brings_The_Package_And_Builds()
    {
        var consumer = new Consumer(_folder["app"]);
        File.Delete(consumer["modelopt.yaml"]);
        consumer.Write("app.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <OutputType>Exe</OutputType>
                <RootNamespace>App</RootNamespace>
              </PropertyGroup>
            </Project>
            """);

        consumer.Command(hive.Command("modelopt-manifest", "-n", "digits", "--model", "models/digits.onnx")).ShouldSucceed();

        File.ReadAllText(consumer["app.csproj"]).ShouldContain($"""<PackageReference Include="ModelOptimizer.Build" Version="{Packages.Version}">""");
        // The model's weights are random: it loses more than one that has learned something.
        consumer.Write("modelopt.yaml", File.ReadAllText(consumer["modelopt.yaml"]).Replace("cosine: { min: 99% }", "cosine: { min: 10% }", StringComparison.Ordinal));
        consumer.Build().ShouldSucceed().ToolStarts.ShouldBe(1);
        consumer.Run().ShouldBe($"digits.onnx {consumer.Embedded().Length} intact");
    }

    public void Dispose() => _folder.Dispose();

    private Outcome DotNet(params string[] arguments) =>
        Infrastructure.DotNet.Run(_folder.Path, new Dictionary<string, string> { ["NUGET_PACKAGES"] = Packages.Folder, ["ModelOptimizerCache"] = _folder["cache"] }, arguments).ShouldSucceed();

    [GeneratedRegex(@"^accuracy +(?<original>[\d.]+) % +(?<compressed>[\d.]+) %", RegexOptions.Multiline)]
    private static partial Regex Accuracy();
}
