using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ModelOptimizer.Build;

/// <summary>Turns a state into the items that the targets file adds to the build.</summary>
internal static class OutputItems
{
    public static ITaskItem[] FilesOf(BuildState state, string statePath) =>
        [.. state.Outputs.Select(Item), new TaskItem(Escape(statePath), new Dictionary<string, string> { ["Kind"] = "state" })];

    /// <summary>
    /// The files read that are there; those in a folder one by one, for whoever looks at times of files only and builds for ever while one is missing.
    /// </summary>
    public static ITaskItem[] InputsOf(BuildState state) =>
        [.. state.Inputs.SelectMany(input => FilesOf(input.Path)).Select(path => new TaskItem(Escape(path)))];

    private static IEnumerable<string> FilesOf(string path) =>
        Directory.Exists(path) ? FolderFiles.Below(path).Select(name => Path.Combine(path, name)) : File.Exists(path) ? [path] : [];

    private static TaskItem Item(BuildOutput output)
    {
        var item = new TaskItem(Escape(output.Path));
        item.SetMetadata("Kind", output.Kind);
        if (!string.IsNullOrEmpty(output.LogicalName))
        {
            item.SetMetadata("LogicalName", Escape(output.LogicalName));
        }

        return item;
    }

    /// <summary>MSBuild's own escaping: these characters mean something in an item's name, and all of them are legal in a path.</summary>
    internal static string Escape(string text) => string.Concat(text.Select(c => "%*?@$();'".IndexOf(c) < 0 ? c.ToString() : $"%{(int)c:x2}"));
}
