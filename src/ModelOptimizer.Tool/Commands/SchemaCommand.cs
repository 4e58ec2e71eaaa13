using System.CommandLine;
using System.Text;
using ModelOptimizer.Methods;
using ModelOptimizer.Onnx;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Tool.Output;

namespace ModelOptimizer.Tool.Commands;

/// <summary><c>schema</c>.</summary>
internal static class SchemaCommand
{
    private const string StandardOutput = "-";

    public static Command Create(Terminal terminal, IReadOnlyList<IMethod> methods)
    {
        var output = new Option<string>("--output")
        {
            Description = $"Where it goes; {StandardOutput} prints it.",
            HelpName = "file",
            DefaultValueFactory = _ => ManifestSchema.FileName,
        };
        var command = new Command("schema", "Write the JSON schema by which editors complete and check manifests.") { output };
        command.SetAction(parsed =>
            Guard.Run(terminal, command.Name, json: false, () => Execute(terminal, parsed.GetValue(output)!, ManifestSchema.Text(methods)))
        );
        return command;
    }

    private static int Execute(Terminal terminal, string output, string schema)
    {
        if (output == StandardOutput)
        {
            terminal.Out.WriteLine(schema);
            return ExitCode.Passed;
        }

        Disk.Create(Path.GetFullPath(output, terminal.CurrentDirectory), Encoding.UTF8.GetBytes(schema + "\n"));
        terminal.Out.WriteLine($"Wrote {output}. The first line of a manifest beside it:");
        terminal.Out.WriteLine(ManifestSchema.Comment(output));
        return ExitCode.Passed;
    }
}
