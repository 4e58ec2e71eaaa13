using System.CommandLine;
using ModelOptimizer.Pipeline.Inspection;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Tool.Views;

namespace ModelOptimizer.Tool.Commands;

/// <summary><c>blocks</c>.</summary>
internal static class BlocksCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("model.onnx") { Description = "The model." };
        var json = CommonOptions.Json();
        var command = new Command("blocks", "List a model's blocks: sub-graphs with one entry and one exit, which a step can replace as a whole.") { model, json };
        command.SetAction(parsed => Guard.Run(terminal, command.Name, parsed.GetValue(json), () =>
        {
            var blocks = ModelInspector.Blocks(Path.GetFullPath(parsed.GetValue(model)!, terminal.CurrentDirectory));
            if (parsed.GetValue(json))
            {
                terminal.Out.WriteLine(JsonReports.Of(blocks));
            }
            else
            {
                BlocksView.Write(terminal, blocks);
            }

            return ExitCode.Passed;
        }));
        return command;
    }
}
