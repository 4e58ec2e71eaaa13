namespace ModelOptimizer.EndToEnd.Tests.Infrastructure.Pipelines;

/// <summary>A step that is a script.</summary>
/// <param name="Name">As the service shows it.</param>
/// <param name="Script">For bash.</param>
/// <param name="Always">Whether it runs also after a step failed.</param>
internal sealed record PipelineStep(string Name, string Script, bool Always);
