namespace ModelOptimizer.Pipeline.Results;

/// <summary>How a run ended.</summary>
/// <param name="Models">One report per model that got as far as gates.</param>
/// <param name="Diagnostics">Everything to tell the user, in order: notes, warnings, failed gates, errors.</param>
/// <param name="Inputs">Absolute paths of every file read, manifest included.</param>
/// <param name="ExitCode">0 pass, 1 gate failed, 2 bad input, 3 environment, 4 internal.</param>
internal sealed record RunResult(IReadOnlyList<ModelReport> Models, IReadOnlyList<Diagnostic> Diagnostics, IReadOnlyList<string> Inputs, int ExitCode);
