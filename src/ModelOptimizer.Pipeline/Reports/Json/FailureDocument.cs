namespace ModelOptimizer.Pipeline.Reports.Json;

/// <summary>What <c>--json</c> prints instead of a command's own document when the command could not do its work.</summary>
internal sealed record FailureDocument(int Version, string Command, int ExitCode, IReadOnlyList<DiagnosticDocument> Diagnostics);
