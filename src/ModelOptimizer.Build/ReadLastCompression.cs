using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ModelOptimizer.Build;

/// <summary>Reads what the last build left, for editors. Starts nothing, and never fails.</summary>
public sealed class ReadLastCompression : Task
{
    /// <summary>Path of <c>state.json</c>.</summary>
    [Required]
    public string StateFile { get; set; } = "";

    /// <summary>The files written, with <c>Kind</c> and <c>LogicalName</c>.</summary>
    [Output]
    public ITaskItem[] Files { get; private set; } = [];

    /// <summary>The files read.</summary>
    [Output]
    public ITaskItem[] Inputs { get; private set; } = [];

    /// <inheritdoc />
    public override bool Execute()
    {
        try
        {
            if (BuildState.Read(StateFile) is { } state)
            {
                Files = OutputItems.FilesOf(state, StateFile);
                Inputs = OutputItems.InputsOf(state);
            }
        }
        catch (Exception e) when (FileFailure.Is(e))
        {
            // A folder of samples that may not be listed: the next build says so.
        }

        return true;
    }
}
