namespace ModelOptimizer.Build;

/// <summary>The compiler's own message about resources that do not fit says nothing of size, so the build says it before.</summary>
internal static class ResourceSize
{
    /// <summary>Above this every edit of the project costs seconds of compile time.</summary>
    public const long Large = 100_000_000;

    /// <summary>An assembly's resource section ends at 2 GiB, and some hosts fail to load from about 1.85 GB.</summary>
    public const long TooLarge = 1_900_000_000;

    public static void Check(BuildState state, ToolLog log)
    {
        var total = state.Outputs.Where(o => o.Kind == BuildOutput.Resource).Sum(o => o.Length);
        var megabytes = total / 1_000_000;
        if (total > TooLarge)
        {
            log.Error(
                BuildErrors.TooLargeResources,
                $"The embedded models are {megabytes} MB together, and an assembly holds at most {TooLarge / 1_000_000} MB: write 'embed: {{ copy: "
                    + $"models/NAME.onnx }}' for the largest, which ships it as a file beside the assembly."
            );
        }
        else if (total > Large)
        {
            log.Warning(
                BuildErrors.LargeResources,
                $"The embedded models are {megabytes} MB together, and every compile embeds them again: consider 'embed: {{ copy: models/NAME.onnx }}' for the "
                    + "largest, which ships it as a file beside the assembly."
            );
        }
    }
}
