using System.CommandLine;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Tool.Output;
using ModelOptimizer.Tool.Views;

namespace ModelOptimizer.Tool.Commands;

/// <summary><c>methods</c>.</summary>
internal static class MethodsCommand
{
    public static Command Create(Terminal terminal, IReadOnlyList<IMethod> methods)
    {
        var name = new Argument<string?>("name") { Description = "A method, to see its options.", Arity = ArgumentArity.ZeroOrOne };
        var json = CommonOptions.Json();
        var command = new Command("methods", "List the compression methods, or one method's options.") { name, json };
        command.SetAction(parsed => Guard.Run(terminal, command.Name, parsed.GetValue(json), () =>
        {
            var chosen = parsed.GetValue(name) is { } wanted ? Find(methods, wanted) : null;
            if (parsed.GetValue(json))
            {
                terminal.Out.WriteLine(JsonReports.Of(chosen is null ? methods : [chosen]));
            }
            else if (chosen is null)
            {
                MethodsView.List(terminal, methods);
            }
            else
            {
                MethodsView.Show(terminal, chosen);
            }

            return ExitCode.Passed;
        }));
        return command;
    }

    private static IMethod Find(IReadOnlyList<IMethod> methods, string name) =>
        methods.FirstOrDefault(method => method.Name == name)
        ?? throw new DiagnosticException(
            ToolCodes.UnknownMethod,
            $"There is no method '{name}'.{Suggestion.For(name, methods.Select(method => method.Name))} Methods: "
                + $"{string.Join(", ", methods.Select(method => method.Name))}."
        );
}
