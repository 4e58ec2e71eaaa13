namespace ModelOptimizer.Pipeline.Reports.Json;

/// <summary>One word for all gates of a model.</summary>
internal static class Verdicts
{
    /// <summary>Every gate holds.</summary>
    public const string Passed = "passed";

    /// <summary>Every gate of severity <c>error</c> holds, and one of severity <c>warning</c> does not.</summary>
    public const string Warned = "passed with warnings";

    /// <summary>A gate of severity <c>error</c> does not hold.</summary>
    public const string Failed = "failed";

    /// <summary>There are no gates.</summary>
    public const string Ungated = "no gates";

    public static string Of(IReadOnlyList<GateDocument> gates)
    {
        var missed = gates.Where(gate => !gate.Holds).ToList();
        return (gates.Count, missed.Count) switch
        {
            (0, _) => Ungated,
            (_, 0) => Passed,
            _ => missed.Exists(gate => gate.Severity == "error") ? Failed : Warned,
        };
    }
}
