namespace ModelOptimizer.EndToEnd.Tests.Infrastructure.Pipelines;

/// <summary>Runs the scripts of a job.</summary>
internal static class PipelineScripts
{
    /// <summary>One after another; after a failure only those that always run.</summary>
    public static IReadOnlyDictionary<string, Outcome> Run(
        IEnumerable<PipelineStep> steps,
        string checkout,
        string[] shell,
        IReadOnlyDictionary<string, string> environment
    )
    {
        Dictionary<string, Outcome> outcomes = [];
        foreach (var step in steps)
        {
            if (step.Always || outcomes.Values.All(outcome => outcome.ExitCode == 0))
            {
                outcomes.Add(step.Name, DotNet.Run("bash", checkout, environment, [.. shell, "-c", step.Script]));
            }
        }

        return outcomes;
    }
}
