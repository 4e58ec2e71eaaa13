using System.CommandLine;
using ModelOptimizer.Build;
using ModelOptimizer.Pipeline.Build;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Tool.Output;

namespace ModelOptimizer.Tool.Commands;

/// <summary><c>build</c>: what the MSBuild task starts. Hidden, since people have <c>compress</c>.</summary>
internal static class BuildCommand
{
    public static Command Create(Terminal terminal, RunManifest run)
    {
        var request = new Option<string>(BuildContract.RequestOption) { Description = "The build's request.json.", Required = true, HelpName = "file" };
        var command = new Command(BuildContract.Command, "Answer the MSBuild task.") { request };
        command.Hidden = true;
        command.SetAction((parsed, cancellation) => Task.FromResult(Execute(parsed.GetValue(request)!, terminal, run, cancellation)));
        return command;
    }

    private static int Execute(string requestPath, Terminal terminal, RunManifest run, CancellationToken cancellation)
    {
        var log = new JsonLineLog(terminal.Out);
        return Guard.Run(
            terminal,
            () => new BuildSession(
                BuildRequestFile.Read(Path.GetFullPath(requestPath, terminal.CurrentDirectory)),
                ToolIdentity.Build,
                log,
                run,
                path => ManifestReader.Read(path, filesMustExist: false)).Run(cancellation),
            log.Diagnostic);
    }
}
