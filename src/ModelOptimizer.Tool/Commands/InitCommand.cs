using System.CommandLine;
using ModelOptimizer.Pipeline.Initialization;
using ModelOptimizer.Tool.Output;
using ModelOptimizer.Tool.Views;

namespace ModelOptimizer.Tool.Commands;

/// <summary><c>init</c>.</summary>
internal static class InitCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("model.onnx") { Description = "The model to compress." };
        var data = new Option<string?>("--data") { Description = "Samples for it: .npz, .npy, IDX or .csv.", HelpName = "file" };
        var labels = new Option<string?>("--labels")
        {
            Description = "The array or column of the data with the labels, or a file with them beside .npy and IDX.",
            HelpName = "name",
        };
        var device = CommonOptions.Device("The device to compress on; the project downloads the package that it needs.");
        var force = new Option<bool>("--force") { Description = "Replace a manifest that is there." };
        var command = new Command("init", "Write a first manifest for a model, and add the package to the project in this folder.")
        {
            model,
            data,
            labels,
            device,
            force,
        };
        command.SetAction((parsed, cancellation) => Task.FromResult(Guard.Run(terminal, command.Name, json: false, () =>
        {
            string Absolute(string path) => Path.GetFullPath(path, terminal.CurrentDirectory);
            InitView.Write(terminal, Initializer.Run(new InitRequest
            {
                Directory = terminal.CurrentDirectory,
                Model = Absolute(parsed.GetValue(model)!),
                Data = parsed.GetValue(data) is { } file ? Absolute(file) : null,
                Labels = parsed.GetValue(labels),
                Device = parsed.GetValue(device),
                Force = parsed.GetValue(force),
            }, cancellation));
            return ExitCode.Passed;
        })));
        return command;
    }
}
