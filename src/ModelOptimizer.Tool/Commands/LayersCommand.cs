using System.CommandLine;
using ModelOptimizer.Pipeline.Inspection;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Tool.Views;

namespace ModelOptimizer.Tool.Commands;

/// <summary><c>layers</c>.</summary>
internal static class LayersCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("model.onnx") { Description = "The model." };
        var json = CommonOptions.Json();
        var command = new Command("layers", "List a model's layers: names for layer rules, what they cost, and what can be done with them.") { model, json };
        command.SetAction(parsed => Guard.Run(terminal, command.Name, parsed.GetValue(json), () =>
        {
            var inspection = ModelInspector.Inspect(Path.GetFullPath(parsed.GetValue(model)!, terminal.CurrentDirectory));
            if (parsed.GetValue(json))
            {
                terminal.Out.WriteLine(JsonReports.Of(inspection));
            }
            else
            {
                LayersView.Write(terminal, inspection);
            }

            return ExitCode.Passed;
        }));
        return command;
    }
}
