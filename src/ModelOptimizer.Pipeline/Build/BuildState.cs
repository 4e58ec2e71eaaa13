using ModelOptimizer.Pipeline.Reports;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>
/// What the last build saw and made: <c>state.json</c>. The task starts the tool only when a length, a time stamp, the request, the tool's version or an
/// output's existence is not as it is here.
/// </summary>
internal sealed record BuildState
{
    public const int CurrentVersion = 1;

    public required int Version { get; init; }

    public required string ToolVersion { get; init; }

    /// <summary>Word for word, since the task compares it with what it would ask now.</summary>
    public required BuildRequest Request { get; init; }

    public required bool Succeeded { get; init; }

    /// <summary>0, or 1 for a failed gate: nothing says that another failure would happen again, so the state of the build before stays.</summary>
    public required int ExitCode { get; init; }

    public required IReadOnlyList<InputStamp> Inputs { get; init; }

    public required IReadOnlyList<BuildOutput> Outputs { get; init; }

    public required IReadOnlyList<DiagnosticDocument> Diagnostics { get; init; }

    public required IReadOnlyList<string> Messages { get; init; }

    /// <summary>
    /// What lies on the disk while outputs are replaced one after the other: it answers no request, so that the build after one that was killed in between
    /// looks at every output again, and it still lists them.
    /// </summary>
    public BuildState Unfinished() => this with { Succeeded = false, ToolVersion = "", Request = Request with { ToolVersion = "" } };
}
