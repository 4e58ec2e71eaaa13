using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using ModelOptimizer.Build.State;

namespace ModelOptimizer.Build;

/// <summary>Turns a state into the items that the targets file adds to the build.</summary>
internal static class OutputItems
{
    public static ITaskItem[] FilesOf(BuildState state, string statePath) =>
        [.. state.Outputs!.Select(Item), new TaskItem(Escape(statePath), new Dictionary<string, string> { ["Kind"] = "state" })];

    public static ITaskItem[] InputsOf(BuildState state) => [.. state.Inputs!.Select(input => new TaskItem(Escape(input.Path)))];

    private static TaskItem Item(StateOutput output)
    {
        var item = new TaskItem(Escape(output.Path));
        item.SetMetadata("Kind", output.Kind);
        if (!string.IsNullOrEmpty(output.LogicalName))
        {
            item.SetMetadata("LogicalName", Escape(output.LogicalName!));
        }

        return item;
    }

    /// <summary>MSBuild's own escaping: these characters mean something in an item's name, and all of them are legal in a path.</summary>
    internal static string Escape(string text) => string.Concat(text.Select(c => "%*?@$();'".IndexOf(c) < 0 ? c.ToString() : $"%{(int)c:x2}"));
}
