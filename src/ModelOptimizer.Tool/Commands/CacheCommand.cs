using System.CommandLine;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Inspection;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Tool.Output;
using ModelOptimizer.Tool.Views;

namespace ModelOptimizer.Tool.Commands;

/// <summary><c>cache info</c> and <c>cache clear</c>.</summary>
internal static class CacheCommand
{
    public static Command Create(Terminal terminal) => new("cache", "Show or empty the folder of finished results.")
    {
        Verb(terminal, "info", "Show how much is in the cache, and how much may be.", Info),
        Verb(terminal, "clear", "Remove every result from the cache; other files in its folder stay.", Clear),
    };

    private static Command Verb(Terminal terminal, string name, string description, Func<Terminal, string, bool, int> action)
    {
        var cache = CommonOptions.Cache();
        var json = CommonOptions.Json();
        var command = new Command(name, description) { cache, json };
        command.SetAction(parsed =>
            Guard.Run(terminal, $"cache {name}", parsed.GetValue(json), () => action(terminal, Folder(parsed.GetValue(cache), terminal), parsed.GetValue(json)))
        );
        return command;
    }

    private static int Info(Terminal terminal, string folder, bool json)
    {
        var report = CacheInspector.Inspect(folder);
        if (json)
        {
            terminal.Out.WriteLine(JsonReports.Of(report));
        }
        else
        {
            CacheView.Write(terminal.Tables(), report);
        }

        return ExitCode.Passed;
    }

    private static int Clear(Terminal terminal, string folder, bool json)
    {
        var clearing = CacheInspector.Clear(folder);
        if (json)
        {
            terminal.Out.WriteLine(JsonReports.Of(clearing));
        }
        else
        {
            terminal.Out.WriteLine(CacheView.Line(clearing));
        }

        if (clearing.Kept.Count == 0)
        {
            return ExitCode.Passed;
        }

        new DiagnosticPrinter(terminal).Print(
            new Diagnostic(
                ToolCodes.CacheNotCleared,
                DiagnosticSeverity.Error,
                $"{clearing.Kept.Count} of the cache's folders could not be removed, such as '{clearing.Kept[0]}'. Check their permissions, and that no other "
                    + "program holds their files."
            )
        );
        return ExitCode.Environment;
    }

    private static string Folder(string? given, Terminal terminal)
    {
        var folder = terminal.CacheDirectory(given);
        return File.Exists(folder)
            ? throw new DiagnosticException(
                ToolCodes.Usage,
                $"'{ShortPath.From(terminal.CurrentDirectory, folder)}' is a file. --cache and ModelOptimizerCache take the folder that holds the cache."
            )
            : folder;
    }
}
