namespace ModelOptimizer.Pipeline.Plan;

/// <summary>What a gate bounds.</summary>
internal enum GateBound
{
    /// <summary>The measured value must not be less (<c>min</c>).</summary>
    Min,

    /// <summary>The measured value must not be more (<c>max</c>).</summary>
    Max,

    /// <summary>Compared with the original on the same samples, the metric must not fall by more (<c>max-drop</c>).</summary>
    MaxDrop,

    /// <summary>Compared with the original on the same samples, the metric must not rise by more (<c>max-rise</c>).</summary>
    MaxRise,
}

/// <summary>Words of gates.</summary>
internal static class GateWords
{
    /// <summary>The manifest's word for <paramref name="bound"/>.</summary>
    public static string Word(this GateBound bound) => bound switch
    {
        GateBound.Min => "min",
        GateBound.Max => "max",
        GateBound.MaxDrop => "max-drop",
        _ => "max-rise",
    };
}
