using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure.Pipelines;

/// <summary>A job of Azure Pipelines.</summary>
internal sealed partial class AzureJob(string pipeline) : IPipelineJob
{
    private readonly YamlNode _pipeline = YamlText.Parse(pipeline);

    /// <summary>Tasks of the service.</summary>
    public IReadOnlyList<string> Tasks => [.. Steps.Select(step => step.Find("task")).OfType<string>()];

    private YamlSequenceNode Steps => (YamlSequenceNode)((YamlSequenceNode)_pipeline["jobs"]).Children.Single()["steps"];

    public PipelineRun Run(string checkout, string temporary, IReadOnlyDictionary<string, string> environment, Func<string, string>? rewrite = null)
    {
        var staging = Path.Combine(temporary, "staging");
        Directory.CreateDirectory(staging);
        var variables = new Dictionary<string, string>
        {
            ["Build.SourcesDirectory"] = checkout,
            ["Build.ArtifactStagingDirectory"] = staging,
            ["Agent.TempDirectory"] = temporary,
        };
        string Expand(string text) => Macro().Replace(text, match => variables[match.Groups["name"].Value]);
        foreach (var (name, value) in _pipeline["variables"].Texts())
        {
            variables[name] = Expand(value);
        }

        // Scripts see variables in capitals.
        var all = new Dictionary<string, string>(environment);
        foreach (var (name, value) in variables)
        {
            all[name.ToUpperInvariant().Replace('.', '_')] = value;
        }

        var scripts = Steps
            .Where(step => step.Find("script") is not null)
            .Select(step => new PipelineStep(
                step.Find("displayName")!,
                (rewrite ?? (text => text))(Expand(step.Find("script")!)),
                step.Find("condition") == "always()"
            ));
        var outcomes = PipelineScripts.Run(scripts, checkout, ["--noprofile", "--norc"], all);
        var publish = Steps.Single(step => step.Find("publish") is not null);
        publish.Find("condition").ShouldBe("always()");
        return new PipelineRun(
            outcomes,
            string.Concat(
                outcomes.Values.SelectMany(outcome => Upload().Matches(outcome.Output)).Select(match => File.ReadAllText(match.Groups["path"].Value))
            ),
            [.. Directory.GetFiles(Expand(publish.Find("publish")!)).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)]
        );
    }

    [GeneratedRegex(@"\$\((?<name>[\w.]+)\)")]
    private static partial Regex Macro();

    [GeneratedRegex(@"^##vso\[task\.uploadsummary\](?<path>.+)$", RegexOptions.Multiline)]
    private static partial Regex Upload();
}
