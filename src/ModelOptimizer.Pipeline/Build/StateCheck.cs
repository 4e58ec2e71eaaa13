namespace ModelOptimizer.Pipeline.Build;

/// <summary>Whether the last build's state answers a request.</summary>
internal static class StateCheck
{
    /// <summary>
    /// The state with time stamps as they are now; null when the request, a file's content or an output is not as it was, and for verify, which is asked for to measure again.
    /// </summary>
    public static BuildState? Renew(BuildState? state, BuildRequest request, string toolVersion)
    {
        if (state is null || request.Verify || state.ToolVersion != toolVersion || !state.Request.AsksTheSameAs(request))
        {
            return null;
        }

        if (state.Succeeded && !state.Outputs.All(output => output.IsThere))
        {
            return null;
        }

        List<InputStamp> inputs = [];
        foreach (var stamp in state.Inputs)
        {
            if (stamp.Renewed() is not { } renewed)
            {
                return null;
            }

            inputs.Add(renewed);
        }

        return state with { Inputs = inputs, Request = request };
    }
}
