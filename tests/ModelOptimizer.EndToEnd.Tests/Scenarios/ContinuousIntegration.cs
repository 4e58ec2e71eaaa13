using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

/// <summary>Does what <c>docs/ci.md</c> says, by its own commands: once on a developer's machine, then in fresh checkouts as its two jobs.</summary>
public sealed class ContinuousIntegration(ContinuousIntegration.Developer developer) : IClassFixture<ContinuousIntegration.Developer>, IDisposable
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

    [LinuxFact]
    public void A_Stale_Lock_Is_Exit_Code_2_And_Renewed_As_The_Page_Says_The_GitHub_Job_Passes_In_A_Fresh_Checkout()
    {
        var checkout = Checkout(developer.Folder, "stale");
        Replace(checkout, "modelopt.yaml", "cosine: { min: 99.9% }", "cosine: { min: 99.85% }");

        foreach (var run in new[] { Run(GitHub, checkout), RunByHost(Azure, checkout) })
        {
            run.Steps[Verify].ExitCode.ShouldBe(2, run.Log);
            run.Steps[Verify].Output.ShouldContain("modelopt.lock.json: error MOC1203");
            run.Steps[Verify].Output.ShouldContain("'gates' in the manifest changed");
            run.Steps[Summary].ExitCode.ShouldBe(0, run.Log);
            run.Summary.ShouldContain("no report");
            run.Artifacts.ShouldBeEmpty();
            run.Steps.Keys.ShouldNotContain(Build);
        }

        Bash(checkout, Page.Block("A stale lock", "bash")).Output.ShouldContain("gates");
        Bash(checkout, "git commit --quiet -m renewed");
        var renewed = Checkout(checkout, "renewed");
        ShouldPass(Run(GitHub, renewed));

        var locked = Lock(renewed)["models"]!["digits"]!;
        Convert
            .ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(renewed, "obj", "modelopt", "digits", "digits.onnx"))))
            .ShouldBe(locked["output"]!.GetValue<string>());
    }

    [LinuxFact]
    public void A_Failed_Gate_Is_Exit_Code_1_And_Still_Shows_Its_Report()
    {
        foreach (var job in new IPipelineJob[] { GitHub, Azure })
        {
            var checkout = Checkout(developer.Folder, job.GetType().Name);
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

            var run = RunByHost(job, checkout);

            run.Steps[Verify].ExitCode.ShouldBe(1, run.Log);
            run.Steps[Verify].Output.ShouldContain("error MOC4001");
            run.Steps[Summary].ExitCode.ShouldBe(0, run.Log);
            run.Summary.ShouldStartWith("## ❌ digits: ");
            run.Artifacts.ShouldBe(Reports);
            run.Steps.Keys.ShouldNotContain(Build);
        }
    }

    [LinuxFact]
    public void The_Azure_Job_Passes_Also_On_Another_Device_Class_Where_The_Gates_Decide_And_A_Line_Says_So()
    {
        var checkout = Checkout(developer.Folder, "elsewhere");
        Relock(checkout, locked => (locked["device"], locked["output"]) = ("cpu/elsewhere+ort0.0.0", new string('0', 64)));

        var run = Run(Azure, checkout);

        ShouldPass(run);
        run.Steps[Verify].Output.ShouldContain("on cpu/elsewhere+ort0.0.0; here");
        // What docs/errors/MOC1201.md says of a damaged one.
        Bash(checkout, "git checkout -- modelopt.lock.json");
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

    private static void ShouldPass(PipelineRun run)
    {
        run.Steps.Values.ShouldAllBe(step => step.ExitCode == 0, run.Log);
        run.Summary.ShouldStartWith("## ✅ digits: ");
        run.Artifacts.ShouldBe(Reports);
        run.Steps[Build].Output.ShouldNotContain(": warning ");
    }

    private Outcome Bash(string folder, string script) => developer.Home.Bash(folder, "set -e\n" + script).ShouldSucceed();

    private string Checkout(string from, string name)
    {
        // A name that the project file has, as the services' folders have the repository's.
        var folder = _folder[name, "app"];
        Bash(_folder.Path, $"git clone --quiet {from} {folder}");
        return folder;
    }

    private PipelineRun Run(IPipelineJob job, string checkout) => job.Run(checkout, Temporary(job), developer.Home.Environment);

    // What its steps do is the same when the tool is started by its own host, and not by dotnet after a restore.
    private PipelineRun RunByHost(IPipelineJob job, string checkout) =>
        job.Run(checkout, Temporary(job), developer.Home.Environment, script => script
            .Replace("dotnet tool restore", "modelopt --version", StringComparison.Ordinal)
            .Replace("dotnet modelopt ", "modelopt ", StringComparison.Ordinal));

    private string Temporary(IPipelineJob job) => Directory.CreateDirectory(_folder[$"{job.GetType().Name}-{Guid.NewGuid()}"]).FullName;

    private static JsonNode Lock(string checkout) => JsonNode.Parse(File.ReadAllText(Path.Combine(checkout, "modelopt.lock.json")))!;

    private static void Relock(string checkout, Action<JsonNode> change)
    {
        var file = Lock(checkout);
        var locked = file["models"]!["digits"]!.AsObject();
        change(locked);
        locked.Remove("seal");
        locked["seal"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(locked.ToJsonString())));
        File.WriteAllText(Path.Combine(checkout, "modelopt.lock.json"), file.ToJsonString());
    }

    private static void Replace(string checkout, string file, string old, string text)
    {
        var path = Path.Combine(checkout, file);
        File.WriteAllText(path, File.ReadAllText(path).Replace(old, text, StringComparison.Ordinal));
    }

    /// <summary>What a developer does once; afterwards everything that belongs into the repository is in it.</summary>
    public sealed class Developer : IDisposable
    {
        private readonly TempFolder _folder = new();

        public Developer()
        {
            var app = new Consumer(_folder["app"]);
            Home = new Home(_folder["home"], InstalledTool.Folder);
            app.Write("modelopt.yaml", Manifest);
            app.Write(".gitignore", Page.Block("Once, on your machine", "gitignore") + "bin/\nobj/\n/cache/\n");
            Home.Bash(app.Root, "git init --quiet").ShouldSucceed();
            Home.Bash(app.Root, "set -e\n" + Page.Block("Once, on your machine", "bash")).ShouldSucceed();
            Home.Bash(app.Root, "git add .gitignore NuGet.Config app.csproj Program.cs && git commit --quiet -m first").ShouldSucceed();
            Home.Bash(app.Root, "git status --porcelain").ShouldSucceed().Output.ShouldBeEmpty();
        }

        internal Home Home { get; }

        internal string Folder => _folder["app"];

        public void Dispose() => _folder.Dispose();
    }
}
