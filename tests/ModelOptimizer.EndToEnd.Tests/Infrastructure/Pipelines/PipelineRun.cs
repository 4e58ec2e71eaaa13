namespace ModelOptimizer.EndToEnd.Tests.Infrastructure.Pipelines;

/// <summary>How a job ended.</summary>
/// <param name="Steps">The scripts that ran, by name.</param>
/// <param name="Summary">What the service shows on the job's page.</param>
/// <param name="Artifacts">Names of the files that it keeps.</param>
internal sealed record PipelineRun(IReadOnlyDictionary<string, Outcome> Steps, string Summary, IReadOnlyList<string> Artifacts)
{
    /// <summary>What the steps said, for the message of a test that failed.</summary>
    public string Log => string.Join('\n', Steps.Select(step => $"--- {step.Key}: exit code {step.Value.ExitCode}\n{step.Value.Output}"));
}
