using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Tool.Output;

namespace ModelOptimizer.Tool.Commands;

/// <summary>The command line.</summary>
internal sealed class Application(Terminal terminal, RunManifest run, IReadOnlyList<IMethod> methods)
{
    /// <summary>Runs one command and answers the process's exit code.</summary>
    public async Task<int> Invoke(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var root = Root();
        if (arguments.Count == 0)
        {
            await root.Parse(["--help"]).InvokeAsync(Configuration(), cancellation);
            return ExitCode.BadInput;
        }

        var parsed = root.Parse(arguments);
        if (!UsageErrors.Any(parsed))
        {
            return await parsed.InvokeAsync(Configuration(), cancellation);
        }

        foreach (var error in UsageErrors.Of(parsed))
        {
            terminal.Error.WriteLine(error);
        }

        terminal.Error.WriteLine($"Run '{string.Join(' ', CommandPath(parsed.CommandResult.Command))} --help' to see what there is.");
        return ExitCode.BadInput;
    }

    private RootCommand Root()
    {
        var root = new RootCommand("Compresses ONNX models with published methods, and proves what must stay true.")
        {
            RunCommand.Create("compress", "Compress the models of a manifest and check their gates.", verifyOnly: false, terminal, run),
            RunCommand.Create("verify", "Check the gates of the compressed models that are there, without compressing.", verifyOnly: true, terminal, run),
            LayersCommand.Create(terminal),
            BlocksCommand.Create(terminal),
            MethodsCommand.Create(terminal, methods),
            InitCommand.Create(terminal),
            SchemaCommand.Create(terminal, methods),
            DoctorCommand.Create(terminal),
            CacheCommand.Create(terminal),
            BuildCommand.Create(terminal, run),
        };
        foreach (var version in root.Options.OfType<VersionOption>())
        {
            version.Action = new VersionAction(ToolIdentity.Version);
        }

        return root;
    }

    private static IEnumerable<string> CommandPath(Command command) =>
        command.Parents.OfType<Command>().SelectMany(CommandPath).Append(command is RootCommand ? "modelopt" : command.Name);

    // Signals and mistakes are handled in Program and Guard, in our own words and exit codes.
    private InvocationConfiguration Configuration() => new()
    {
        Output = terminal.Out,
        Error = terminal.Error,
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
    };
}

/// <summary>Prints the product's version, not that of whatever process hosts the command line.</summary>
internal sealed class VersionAction(string version) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(version);
        return 0;
    }
}

/// <summary>Says what is wrong with a command line.</summary>
internal static class UsageErrors
{
    /// <summary>One error for each thing that is wrong.</summary>
    public static IEnumerable<Diagnostic> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        string[] misread = [.. MisreadOptions(parsed)];
        var unknown = misread.Length > 0 ? misread : [.. parsed.UnmatchedTokens];
        var messages = unknown.Length > 0
            ? unknown.Select(token => $"'{token}' is not a command or an option here.{Suggestion.For(token, Names(command))}")
            : parsed.Errors.Select(error => error.Message).Distinct();
        return messages.Select(message => new Diagnostic(ToolCodes.Usage, DiagnosticSeverity.Error, message));
    }

    /// <summary>A mistyped option is taken for the argument otherwise.</summary>
    public static bool Any(ParseResult parsed) => parsed.Errors.Count > 0 || MisreadOptions(parsed).Any();

    private static IEnumerable<string> MisreadOptions(ParseResult parsed) => parsed.CommandResult.Children
        .OfType<ArgumentResult>()
        .SelectMany(argument => argument.Tokens)
        .Select(token => token.Value)
        .Where(value => value.StartsWith('-'));

    private static IEnumerable<string> Names(Command command) =>
        command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name).Concat(command.Options.Select(option => option.Name));
}
