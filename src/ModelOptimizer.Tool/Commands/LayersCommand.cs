using System.CommandLine;
using ModelOptimizer.Pipeline.Inspection;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Tool.Output;
using ModelOptimizer.Tool.Views;

namespace ModelOptimizer.Tool.Commands;

/// <summary><c>layers</c>.</summary>
internal static class LayersCommand
{
    public static Command Create(Terminal terminal) => InspectionCommand.Create(
        terminal,
        "layers",
        "List a model's layers: names for layer rules, what they cost, and what can be done with them.",
        ModelInspector.Inspect,
        JsonReports.Of,
        LayersView.Write);
}
