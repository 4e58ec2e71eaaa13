using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure.Pipelines;

/// <summary>A job of GitHub Actions.</summary>
internal sealed partial class GitHubJob(string workflow) : IPipelineJob
{
    private readonly YamlNode _workflow = YamlText.Parse(workflow);

    /// <summary>Rights of the job's token.</summary>
    public IReadOnlyDictionary<string, string> Permissions => _workflow["permissions"].Texts();

    /// <summary>Actions of others.</summary>
    public IReadOnlyList<string> Actions => [.. Steps.Select(step => step.Find("uses")).OfType<string>()];

    private YamlNode Job => _workflow["jobs"]["verify"];

    private YamlSequenceNode Steps => (YamlSequenceNode)Job["steps"];

    public PipelineRun Run(string checkout, string temporary, IReadOnlyDictionary<string, string> environment, Func<string, string>? rewrite = null)
    {
        string Expand(string text) => Expression().Replace(text, match => match.Groups["name"].Value switch
        {
            "github.workspace" => checkout,
            var name => throw new NotSupportedException(name),
        });

        var summary = Path.Combine(temporary, "step-summary.md");
        File.WriteAllText(summary, "");
        var variables = new Dictionary<string, string>(environment) { ["GITHUB_STEP_SUMMARY"] = summary };
        foreach (var (name, value) in Job["env"].Texts())
        {
            variables[name] = Expand(value);
        }

        var scripts = Steps
            .Where(step => step.Find("run") is not null)
            .Select(step => new PipelineStep(step.Find("name")!, (rewrite ?? (text => text))(Expand(step.Find("run")!)), step.Find("if") == "always()"));
        var outcomes = PipelineScripts.Run(scripts, checkout, ["-e"], variables);
        var upload = Steps.Single(step => step.Find("uses")?.StartsWith("actions/upload-artifact@", StringComparison.Ordinal) == true);
        upload.Find("if").ShouldBe("always()");
        var kept = Path.Combine(checkout, upload["with"].Find("path")!);
        return new PipelineRun(
            outcomes,
            File.ReadAllText(summary),
            [.. Directory.GetFiles(Path.GetDirectoryName(kept)!, Path.GetFileName(kept)).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)]
        );
    }

    [GeneratedRegex(@"\$\{\{ *(?<name>[^} ]+) *\}\}")]
    private static partial Regex Expression();
}
