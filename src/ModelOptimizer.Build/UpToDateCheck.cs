namespace ModelOptimizer.Build;

/// <summary>Decides without reading any content whether the tool has to run.</summary>
internal static class UpToDateCheck
{
    /// <summary>Why the tool must run, for the log; null when the last run's answer still holds.</summary>
    public static string? ReasonToRun(BuildRequest request, BuildState? state)
    {
        if (state is null)
        {
            return "there is no result yet";
        }

        if (request.Verify)
        {
            return "verification was asked for";
        }

        if (!state.Request.AsksTheSameAs(request))
        {
            return "properties, the manifests' names or the tool changed";
        }

        if (Array.Find(state.Inputs, input => !input.IsUnchanged()) is { } changed)
        {
            return $"{changed.Path} changed";
        }

        return state.Succeeded ? ReasonInOutputs(state) : ReasonInFailure(state);
    }

    private static string? ReasonInOutputs(BuildState state) =>
        Array.Find(state.Outputs, output => !output.IsThere()) is { } lost ? $"{lost.Path} is missing or not as it was written" : null;

    // A failure that cannot say what was wrong is not worth repeating.
    private static string? ReasonInFailure(BuildState state) =>
        Array.Exists(state.Diagnostics, d => d.Severity == ToolDiagnostic.Error) ? null : "the last run failed without an error";
}
