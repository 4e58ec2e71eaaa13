using ModelOptimizer.Pipeline.Running;
using Spectre.Console;

namespace ModelOptimizer.Tool.Progress;

/// <summary>Runs a manifest while the user watches: bars on a terminal, lines in a log, nothing for programs.</summary>
internal static class ObservedRun
{
    public static RunResult Run(RunManifest run, RunOptions options, Terminal terminal, bool json, CancellationToken cancellation)
    {
        var diagnostics = new DiagnosticPrinter(terminal);
        var result = (json, terminal.Live) switch
        {
            (true, _) => run(options, new QuietObserver(diagnostics), cancellation),
            (_, true) => Live(run, options, terminal, diagnostics, cancellation),
            _ => run(options, new PlainObserver(terminal.Error, diagnostics), cancellation),
        };
        foreach (var diagnostic in result.Diagnostics)
        {
            diagnostics.Print(diagnostic);
        }

        return result;
    }

    private static RunResult Live(RunManifest run, RunOptions options, Terminal terminal, DiagnosticPrinter diagnostics, CancellationToken cancellation)
    {
        LiveObserver? observer = null;
        try
        {
            var console = terminal.Bars();
            var timeLeft = new TimeLeftColumn();
            return console.Progress()
                .AutoClear(true)
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), timeLeft)
                .Start(context => run(options, observer = new LiveObserver(context, console, timeLeft), cancellation));
        }
        finally
        {
            foreach (var diagnostic in observer?.Diagnostics ?? [])
            {
                diagnostics.Print(diagnostic);
            }
        }
    }
}
