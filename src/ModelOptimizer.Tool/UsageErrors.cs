using System.CommandLine;
using System.CommandLine.Parsing;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Manifest;

namespace ModelOptimizer.Tool;

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
