using System.CommandLine;
using ModelOptimizer.Tool.Output;

namespace ModelOptimizer.Tool.Commands;

/// <summary>A command that looks at one model and shows what it found.</summary>
internal static class InspectionCommand
{
    /// <param name="terminal">Where it is shown.</param>
    /// <param name="name">The command's name.</param>
    /// <param name="description">Its line in the help.</param>
    /// <param name="inspect">Looks at the model with a path.</param>
    /// <param name="document">What it found, as JSON.</param>
    /// <param name="view">Shows it to people.</param>
    public static Command Create<T>(
        Terminal terminal,
        string name,
        string description,
        Func<string, CancellationToken, T> inspect,
        Func<T, string> document,
        Action<Terminal, T> view
    )
    {
        var model = new Argument<string>("model.onnx") { Description = "The model." };
        var json = CommonOptions.Json();
        var command = new Command(name, description) { model, json };
        command.SetAction((parsed, cancellation) => Task.FromResult(Guard.Run(terminal, command.Name, parsed.GetValue(json), () =>
        {
            var found = inspect(Path.GetFullPath(parsed.GetValue(model)!, terminal.CurrentDirectory), cancellation);
            if (parsed.GetValue(json))
            {
                terminal.Out.WriteLine(document(found));
            }
            else
            {
                view(terminal, found);
            }

            return ExitCode.Passed;
        })));
        return command;
    }
}
