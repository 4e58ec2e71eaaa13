using System.CommandLine;
using ModelOptimizer.Pipeline.Inspection;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Tool.Output;
using ModelOptimizer.Tool.Views;

namespace ModelOptimizer.Tool.Commands;

/// <summary><c>blocks</c>.</summary>
internal static class BlocksCommand
{
    public static Command Create(Terminal terminal) => InspectionCommand.Create(
        terminal,
        "blocks",
        "List a model's blocks: sub-graphs with one entry and one exit, which a step can replace as a whole.",
        ModelInspector.Blocks,
        JsonReports.Of,
        BlocksView.Write);
}
