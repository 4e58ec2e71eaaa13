using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

/// <summary>Does what <c>docs/ci.md</c> says, by its own commands: once on a developer's machine, then in fresh checkouts as its two jobs.</summary>
public sealed class ContinuousIntegration : IDisposable
{
    private const string Verify = "Verify the models";
    private const string Summary = "Summary";
    private const string Build = "Build";
    private const string Manifest = """
        version: 1
        datasets:
          calibration: { path: data/calibration.npz, inputs: { image: images } }
          test: { path: data/test.npz, inputs: { image: images } }
        models:
          digits:
            source: models/digits.onnx
            calibrate: { dataset: calibration }
            evaluate: { dataset: test }
            compress:
              - method: tucker
                budget: auto
                max-evaluations: 6
            gates:
              - cosine: { min: 99.9% }
            embed:
              resource: Digits.onnx
              accessor: DigitsModel

        """;

    private static readonly string[] Reports = ["digits.compressed.report.html", "digits.compressed.report.json", "digits.compressed.report.md"];
    private static readonly Page Page = new("docs", "ci.md");
    private static readonly GitHubJob GitHub = new(Page.Block("GitHub Actions", "yaml"));
    private static readonly AzureJob Azure = new(Page.Block("Azure Pipelines", "yaml"));

    private readonly TempFolder _folder = new();
    private readonly Home _home;
    private readonly Consumer _developer;

    public ContinuousIntegration()
    {
        _developer = new Consumer(_folder["developer", "app"]);
        _home = new Home(_folder["home"]);
    }

    [LinuxFact]
    public void The_GitHub_Job_Passes_In_A_Fresh_Checkout() => ShouldPass(GitHub);

    [LinuxFact]
    public void The_Azure_Job_Passes_In_A_Fresh_Checkout() => ShouldPass(Azure);

    [LinuxFact]
    public void A_Stale_Lock_Is_Exit_Code_2_Until_It_Is_Renewed_As_The_Page_Says()
    {
        Commit();
        var checkout = Checkout("stale");
        Replace(checkout, "modelopt.yaml", "cosine: { min: 99.9% }", "cosine: { min: 99.85% }");

        foreach (var job in new IPipelineJob[] { GitHub, Azure })
        {
            var run = Run(job, checkout);
            run.Steps[Verify].ExitCode.ShouldBe(2, run.Log);
            run.Steps[Verify].Output.ShouldContain("modelopt.lock.json: error MOC1203");
            run.Steps[Verify].Output.ShouldContain("'gates' in the manifest changed");
            run.Steps[Summary].ExitCode.ShouldBe(0, run.Log);
            run.Summary.ShouldContain("no report");
            run.Artifacts.ShouldBeEmpty();
            run.Steps.Keys.ShouldNotContain(Build);
        }

        _home.Bash(checkout, Page.Block("A stale lock", "bash")).ShouldSucceed().Output.ShouldContain("gates");
        Run(GitHub, checkout).Steps[Verify].ExitCode.ShouldBe(0);
    }

    [LinuxFact]
    public void A_Failed_Gate_Is_Exit_Code_1_And_Still_Shows_Its_Report()
    {
        Commit();
        var checkout = Checkout("failed");
        // What another processor could lead to, only worse.
        Relock(checkout, locked =>
        {
            locked["device"] = "cpu/elsewhere+ort0.0.0";
            var layers = locked["steps"]![0]!["layers"]!.AsObject();
            foreach (var layer in layers.Select(layer => layer.Key).ToList())
            {
                layers[layer] = new JsonArray([.. layers[layer]!.AsArray().Select(_ => (JsonNode)1)]);
            }
        });

        foreach (var job in new IPipelineJob[] { GitHub, Azure })
        {
            var run = Run(job, checkout);
            run.Steps[Verify].ExitCode.ShouldBe(1, run.Log);
            run.Steps[Verify].Output.ShouldContain("error MOC4001");
            run.Steps[Summary].ExitCode.ShouldBe(0, run.Log);
            run.Summary.ShouldStartWith("## ❌ digits: ");
            run.Artifacts.ShouldBe(Reports);
            run.Steps.Keys.ShouldNotContain(Build);
        }
    }

    [LinuxFact]
    public void On_Another_Device_Class_The_Gates_Decide_And_A_Line_Says_So()
    {
        Commit();
        var checkout = Checkout("elsewhere");
        Relock(checkout, locked => (locked["device"], locked["output"]) = ("cpu/elsewhere+ort0.0.0", new string('0', 64)));

        var run = Run(GitHub, checkout);

        run.Steps[Verify].ExitCode.ShouldBe(0, run.Log);
        run.Steps[Verify].Output.ShouldContain("on cpu/elsewhere+ort0.0.0; here");
        // What docs/errors/MOC1201.md says of a damaged one.
        _home.Bash(checkout, "git checkout -- modelopt.lock.json").ShouldSucceed();
        Lock(checkout).ToJsonString().ShouldNotContain("elsewhere");
    }

    [Fact]
    public void The_Jobs_Have_The_Least_Rights_And_Name_Versions()
    {
        GitHub.Permissions.ShouldBe(new Dictionary<string, string> { ["contents"] = "read" });
        GitHub.Actions.ShouldAllBe(action => Regex.IsMatch(action, @"^actions/[\w-]+@v\d+$"));
        Azure.Tasks.ShouldAllBe(task => Regex.IsMatch(task, @"^\w+@\d+$"));
    }

    public void Dispose() => _folder.Dispose();

    private void ShouldPass(IPipelineJob job)
    {
        Commit();
        var checkout = Checkout("passing");

        var run = Run(job, checkout);

        run.Steps.Values.ShouldAllBe(step => step.ExitCode == 0, run.Log);
        run.Summary.ShouldStartWith("## ✅ digits: ");
        run.Artifacts.ShouldBe(Reports);
        run.Steps[Build].Output.ShouldNotContain(": warning ");
        var locked = Lock(checkout)["models"]!["digits"]!;
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(checkout, "obj", "modelopt", "digits", "digits.onnx")))).ShouldBe(locked["output"]!.GetValue<string>());
    }

    /// <summary>What a developer does once; afterwards everything that belongs into the repository is in it.</summary>
    private void Commit()
    {
        _developer.Write("modelopt.yaml", Manifest);
        _developer.Write(".gitignore", Page.Block("Once, on your machine", "gitignore") + "bin/\nobj/\n/cache/\n");
        _home.Bash(_developer.Root, "git init --quiet").ShouldSucceed();
        _home.Bash(_developer.Root, "set -e\n" + Page.Block("Once, on your machine", "bash")).ShouldSucceed();
        _home.Bash(_developer.Root, "git add .gitignore NuGet.Config app.csproj Program.cs && git commit --quiet -m first").ShouldSucceed();
        _home.Bash(_developer.Root, "git status --porcelain").ShouldSucceed().Output.ShouldBeEmpty();
    }

    private string Checkout(string name)
    {
        // A name that the project file has, as the services' folders have the repository's.
        var folder = _folder[name, "app"];
        _home.Bash(_folder.Path, $"git clone --quiet developer/app {name}/app").ShouldSucceed();
        return folder;
    }

    private PipelineRun Run(IPipelineJob job, string checkout) =>
        job.Run(checkout, Directory.CreateDirectory(Path.Combine(checkout, "..", $"{job.GetType().Name}-{Guid.NewGuid()}")).FullName, _home.Environment);

    private static JsonNode Lock(string checkout) => JsonNode.Parse(File.ReadAllText(Path.Combine(checkout, "modelopt.lock.json")))!;

    private static void Relock(string checkout, Action<JsonNode> change)
    {
        var file = Lock(checkout);
        change(file["models"]!["digits"]!);
        File.WriteAllText(Path.Combine(checkout, "modelopt.lock.json"), file.ToJsonString());
    }

    private static void Replace(string checkout, string file, string old, string text)
    {
        var path = Path.Combine(checkout, file);
        File.WriteAllText(path, File.ReadAllText(path).Replace(old, text, StringComparison.Ordinal));
    }
}
