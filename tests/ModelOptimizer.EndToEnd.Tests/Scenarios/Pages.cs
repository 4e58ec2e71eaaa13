namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

/// <summary>Does what the README and the packages' own pages say, by their own commands and under the names that they use, as somebody with an empty home folder.</summary>
public sealed class Pages : IDisposable
{
    private static readonly string[] Here = ["path", "to", "your", "project"];
    private static readonly Page Readme = new("README.md");
    private static readonly Page OfTemplates = new("templates", "PACKAGE.md");
    private static readonly IReadOnlyList<string> Own = Readme.Blocks("In your own project", "");

    private readonly TempFolder _folder = new();
    private readonly Home _home;

    public Pages()
    {
        _home = new Home(_folder["home"]);
        // No server; the page adds the packages, which are packed once for all tests.
        Directory.CreateDirectory(_folder["home", ".nuget", "NuGet"]);
        File.WriteAllText(_folder["home", ".nuget", "NuGet", "NuGet.Config"], "<configuration><packageSources><clear /></packageSources></configuration>");
        Directory.CreateSymbolicLink(_folder["home", "modelopt-packages"], Packages.Feed);
        Bash(string.Join('\n', Own[0].Split('\n').Where(line => !line.StartsWith("dotnet pack ", StringComparison.Ordinal))));
        MakeProject();
    }

    [LinuxFact]
    public void A_First_Manifest_By_Init_Builds()
    {
        var outcome = Bash(Own[1]);

        outcome.Output.ShouldNotContain(": warning ");
        File.ReadAllText(Project("project.csproj")).ShouldContain($"<PackageReference Include=\"ModelOptimizer.Build\" Version=\"{Packages.Version}\"");
        File.ReadAllText(Project("modelopt.yaml")).ShouldContain("- top1: { max-drop: 1% }");
        ShouldUse("DigitsModel", "digits.onnx", share: 0.6);
    }

    [LinuxFact]
    public void The_First_Manifest_Of_The_Packages_Builds()
    {
        Bash("dotnet add package ModelOptimizer.Build --version 0.1.0", Here);
        Bash(new Page("src", "ModelOptimizer.Build", "PACKAGE.md").Block("Install", ""), Here);
        File.WriteAllText(Project("modelopt.yaml"), new Page("eng", "packaging", "FirstManifest.md").Block("yaml"));

        // What the pages of MOC5101 and MOC5102 say.
        Bash("dotnet --list-runtimes", Here).Output.ShouldContain("Microsoft.NETCore.App");
        Bash("dotnet restore", Here);
        Bash("dotnet build", Here).Output.ShouldNotContain(": warning ");

        ShouldUse("DigitsModel", "Digits.onnx", share: 0.3);
    }

    [LinuxFact]
    public void The_Tool_Installs() => Bash(new Page("src", "ModelOptimizer.Tool", "PACKAGE.md").Block("Install", "")).Output.ShouldContain("ONNX Runtime");

    [LinuxFact]
    public void The_Templates_Make_A_Manifest_And_An_Application()
    {
        Bash(OfTemplates.Block("Install", ""));
        File.Move(Project("models", "digits.onnx"), Project("models", "classifier.onnx"));
        Bash("dotnet new modelopt-manifest --help").Output.ShouldContain("--calibration");
        Bash(OfTemplates.Block("A manifest for your project", ""));
        File.WriteAllText(Project("modelopt.yaml"), File.ReadAllText(Project("modelopt.yaml")).Replace("# preprocess:", "preprocess:", StringComparison.Ordinal));
        Bash("dotnet build", Here).Output.ShouldNotContain(": warning ");
        ShouldUse("ClassifierModel", "classifier.onnx", share: 0.5);

        // ONNX Runtime, which the application references, is on no server here: this machine has restored it.
        NuGetConfig.Write(_home.Folder, Packages.Feed);
        Bash(OfTemplates.Block("An application", "")).Output.ShouldContain("(30 %)");
    }

    [LinuxFact]
    public void The_Readme_Names_The_Templates()
    {
        Bash(Readme.Block("Templates", ""), Here);

        File.Exists(Project("Digits", "Digits.csproj")).ShouldBeTrue();
        File.ReadAllText(Project("modelopt.yaml")).ShouldContain("source: models/digits.onnx");
        File.ReadAllText(Project("project.csproj")).ShouldContain("ModelOptimizer.Build");
    }

    public void Dispose() => _folder.Dispose();

    private string Project(params string[] names) => Path.Combine([_home.Folder, .. Here, .. names]);

    // A console application, and the sample's model and data.
    private void MakeProject()
    {
        Directory.CreateDirectory(Project());
        Bash("dotnet new console", Here);
        Take("models/digits.onnx", "models/digits.onnx");
        Take("data/digits-train.npz", "data/train.npz");
        Take("data/digits-test.npz", "data/test.npz");

        void Take(string sample, string name)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Project(name))!);
            File.Copy(Path.Combine(Repository.Root, "samples", "DigitReader", sample), Project(name));
        }
    }

    // The program has the model, of at most this share of the original's bytes.
    private void ShouldUse(string accessor, string resource, double share)
    {
        var original = new FileInfo(Directory.GetFiles(Project("models")).Single()).Length;
        File.WriteAllText(Project("Program.cs"), $"System.Console.WriteLine(project.{accessor}.ResourceName + \" \" + project.{accessor}.Bytes.Length);\n");

        var words = Bash("dotnet run", Here).Output.Split();

        words[0].ShouldBe(resource);
        int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture).ShouldBeLessThanOrEqualTo((int)(share * original));
    }

    private Outcome Bash(string script, params string[] folder) => _home.Bash(Path.Combine([_home.Folder, .. folder]), "set -e\n" + script).ShouldSucceed();
}
