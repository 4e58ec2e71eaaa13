using System.Globalization;
using System.Text.RegularExpressions;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

/// <summary>
/// Does what the README and the packages' own pages say, by their own commands and under the names that they use, as somebody with an empty home folder.
/// </summary>
internal static partial class Pages
{
    private static readonly string[] Here = ["path", "to", "your", "project"];
    private static readonly Page Readme = new("README.md");
    private static readonly Page OfTemplates = new("templates", "PACKAGE.md");
    private static readonly IReadOnlyList<string> Own = Readme.Blocks("In your own project", "");

    [LinuxScenario]
    public static IEnumerable<Step> A_First_Manifest_By_Init_Builds(Place place)
    {
        var home = MakeHome(place);
        // No server; the page adds the packages, which are packed once for all tests.
        Directory.CreateDirectory(place["home", ".nuget", "NuGet"]);
        File.WriteAllText(place["home", ".nuget", "NuGet", "NuGet.Config"], "<configuration><packageSources><clear /></packageSources></configuration>");
        Directory.CreateSymbolicLink(place["home", "modelopt-packages"], Packages.Feed);
        Bash(home, string.Join('\n', Own[0].Split('\n').Where(line => !line.StartsWith("dotnet pack ", StringComparison.Ordinal))));
        var project = MakeProject(home, "DigitsModel");

        var outcome = Bash(home, Own[1]);

        outcome.Output.ShouldNotContain(": warning ");
        File.ReadAllText(project).ShouldContain($"<PackageReference Include=\"ModelOptimizer.Build\" Version=\"{Packages.Version}\"");
        File.ReadAllText(In(home, "modelopt.yaml")).ShouldContain("- top1: { max-drop: 1% }");
        ShouldUse(home, "Debug", "digits.onnx", share: 0.2);
        yield break;
    }

    [LinuxScenario]
    public static IEnumerable<Step> The_First_Manifest_Of_The_Packages_Builds(Place place)
    {
        var home = MakeHome(place);
        NuGetConfig.Write(home.Folder, Packages.Feed);
        var project = MakeProject(home, "DigitsModel");
        Bash(home, "dotnet add package ModelOptimizer.Build --version 0.1.0", Here);
        Bash(home, new Page("src", "ModelOptimizer.Build", "PACKAGE.md").Block("Install", ""), Here);
        File.WriteAllText(In(home, "modelopt.yaml"), new Page("eng", "packaging", "FirstManifest.md").Block("yaml"));

        // What the pages of MOC5101 and MOC5102 say.
        Bash(home, "dotnet --list-runtimes", Here).Output.ShouldContain("Microsoft.NETCore.App");
        Bash(home, "dotnet restore", Here);
        yield return Step.Build(project);

        place.Last.Problems.ShouldBeEmpty();
        ShouldUse(home, "Release", "Digits.onnx", share: 0.2);
    }

    [LinuxScenario]
    public static IEnumerable<Step> The_Templates_Make_Manifests_And_An_Application(Place place)
    {
        var home = MakeHome(place);
        // ONNX Runtime, which the application references, is on no server here: this machine has restored it.
        NuGetConfig.Write(home.Folder, Packages.Feed);
        // The README's commands: in a project of random weights, which loses more than one that has learned something.
        var app = new Consumer(place["app"], "<DefaultItemExcludes>$(DefaultItemExcludes);Digits/**</DefaultItemExcludes>");
        File.Delete(app["modelopt.yaml"]);
        var reference = $"""<PackageReference Include="ModelOptimizer.Build" Version="{Packages.Version}" />""";
        app.Write("app.csproj", File.ReadAllText(app.Project).Replace(reference, "", StringComparison.Ordinal));
        var readme = Readme.Block("Templates", "");
        home.Bash(app.Root, "set -e\n" + readme).ShouldSucceed();

        File.Exists(app["Digits", "Digits.csproj"]).ShouldBeTrue();
        File.ReadAllText(app.Project).ShouldContain($"""<PackageReference Include="ModelOptimizer.Build" Version="{Packages.Version}">""");
        var manifest = File.ReadAllText(app["modelopt.yaml"]);
        manifest.ShouldContain("source: models/digits.onnx");
        app.Write("modelopt.yaml", manifest.Replace("cosine: { min: 99% }", "cosine: { min: 10% }", StringComparison.Ordinal));

        // The package's own page has the same command to install them, so they are.
        readme.ShouldContain(OfTemplates.Block("Install", ""));
        Bash(home, "dotnet new modelopt-manifest --help").Output.ShouldContain("--calibration");
        var project = MakeProject(home, "ClassifierModel");
        File.Move(In(home, "models", "digits.onnx"), In(home, "models", "classifier.onnx"));
        Bash(home, OfTemplates.Block("A manifest for your project", ""));
        File.WriteAllText(
            In(home, "modelopt.yaml"),
            File.ReadAllText(In(home, "modelopt.yaml")).Replace("# preprocess:", "preprocess:", StringComparison.Ordinal)
        );

        // Under a name that is no namespace.
        ShouldRead(Bash(home, OfTemplates.Block("An application", "").Replace("Digits", "my-digits", StringComparison.Ordinal)).Output);
        yield return new Step(Command.Build, Fails: false, [app.Project, project]);

        place.Last.ToolStarts.ShouldBe(2, place.Last.Output);
        place.Last.Problems.ShouldBeEmpty();
        // Packed in the assembly, and unpacked by the class.
        app.Run().ShouldMatch(@"^digits\.onnx \d+ intact$");
        ShouldUse(home, "Release", "classifier.onnx", share: 0.5);
    }

    private static Home MakeHome(Place place) => new(place["home"]);

    // A console application as its template makes one, which says what it has; and the sample's model and data.
    private static string MakeProject(Home home, string accessor)
    {
        var folder = Directory.CreateDirectory(In(home)).FullName;
        File.WriteAllText(Path.Combine(folder, "project.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">

              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
              </PropertyGroup>

            </Project>

            """
        );
        File.WriteAllText(
            Path.Combine(folder, "Program.cs"),
            $"Console.WriteLine(project.{accessor}.ResourceName + \" \" + project.{accessor}.Bytes.Length);\n"
        );
        Take("models/digits.onnx", "models/digits.onnx");
        Take("data/digits-train.npz", "data/train.npz");
        Take("data/digits-test.npz", "data/test.npz");
        return Path.Combine(folder, "project.csproj");

        void Take(string sample, string name)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
            File.Copy(Path.Combine(Repository.Root, "samples", "DigitReader", sample), Path.Combine(folder, name));
        }
    }

    private static string In(Home home, params string[] names) => Path.Combine([home.Folder, .. Here, .. names]);

    // The program has the model, of at most this share of the original's bytes.
    private static void ShouldUse(Home home, string configuration, string resource, double share)
    {
        var original = new FileInfo(Directory.GetFiles(In(home, "models")).Single()).Length;

        var words = Consumer.RunProgram(In(home, "bin", configuration, "net10.0", "project")).Split();

        words[0].ShouldBe(resource);
        int.Parse(words[1], CultureInfo.InvariantCulture).ShouldBeLessThanOrEqualTo((int)(share * original));
    }

    // The application reads digits with the compressed model about as well as with the original.
    private static void ShouldRead(string output)
    {
        var accuracy = Accuracy().Match(output);
        accuracy.Success.ShouldBeTrue(output);
        var original = double.Parse(accuracy.Groups["original"].Value, CultureInfo.InvariantCulture);
        original.ShouldBeGreaterThan(98);
        double.Parse(accuracy.Groups["compressed"].Value, CultureInfo.InvariantCulture).ShouldBeGreaterThan(original - 0.5);
        output.ShouldContain("(3 %)");
    }

    private static Outcome Bash(Home home, string script, params string[] folder) =>
        home.Bash(Path.Combine([home.Folder, .. folder]), "set -e\n" + script).ShouldSucceed();

    [GeneratedRegex(@"^accuracy +(?<original>[\d.]+) % +(?<compressed>[\d.]+) %", RegexOptions.Multiline)]
    private static partial Regex Accuracy();
}
