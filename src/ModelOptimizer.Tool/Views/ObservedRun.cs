using System.Collections.Concurrent;
using System.Globalization;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Tool.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ModelOptimizer.Tool.Views;

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
                .Columns(
                    new TaskDescriptionColumn { Alignment = Justify.Left },
                    new ProgressBarColumn(),
                    new PercentageColumn(),
                    new ElapsedTimeColumn(),
                    timeLeft
                )
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

/// <summary>Diagnostics only, for <c>--json</c>.</summary>
internal sealed class QuietObserver(DiagnosticPrinter diagnostics) : IRunObserver
{
    public void Message(string text)
    {
        // The document on the standard output says it.
    }

    public void Diagnostic(Diagnostic diagnostic) => diagnostics.Print(diagnostic);

    public void Progress(string model, MethodProgress progress)
    {
        // A program reads the output.
    }

    public void Finished(ModelReport report)
    {
        // The document holds the report.
    }
}

/// <summary>A line per activity, for logs; one for every tenth of an activity that has something to say.</summary>
internal sealed class PlainObserver(TextWriter writer, DiagnosticPrinter diagnostics) : IRunObserver
{
    private string _last = "";

    public void Message(string text) => writer.WriteLine(text);

    public void Diagnostic(Diagnostic diagnostic) => diagnostics.Print(diagnostic);

    public void Progress(string model, MethodProgress progress)
    {
        var phase = $"{model}: {progress.Activity}";
        if (progress is { Detail: not null, Total: > 0 })
        {
            phase += $", {10 * (10L * progress.Done / progress.Total)}%";
        }

        if (phase != _last)
        {
            _last = phase;
            writer.WriteLine(progress.Detail is null ? phase : $"{phase}, {progress.Detail}");
        }
    }

    public void Finished(ModelReport report)
    {
        // The report itself is printed when all models are through.
    }
}

/// <summary>One moving bar per model. Diagnostics wait until the bars are gone, or the two would overwrite each other.</summary>
internal sealed class LiveObserver(ProgressContext context, IAnsiConsole console, TimeLeftColumn timeLeft) : IRunObserver
{
    private readonly Dictionary<string, ProgressTask> _bars = [];
    private readonly List<Diagnostic> _diagnostics = [];

    /// <summary>What was said while the bars moved.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    public void Message(string text) => console.Write(new LineAbove(text));

    public void Diagnostic(Diagnostic diagnostic) => _diagnostics.Add(diagnostic);

    public void Progress(string model, MethodProgress progress)
    {
        var bar = Bar(model);
        bar.Description = Markup.Escape(Visible.Of($"{model}: {progress.Activity}{(progress.Detail is null ? "" : ", " + progress.Detail)}"));
        bar.IsIndeterminate = progress.Total <= 0;
        bar.MaxValue = Math.Max(1, progress.Total);
        bar.Value = progress.Done;
        timeLeft.Note(bar, progress);
    }

    public void Finished(ModelReport report)
    {
        var bar = Bar(report.Name);
        bar.Description = Markup.Escape(Visible.Of($"{report.Name}: done"));
        bar.IsIndeterminate = false;
        bar.MaxValue = 1;
        bar.Value = 1;
        bar.StopTask();
    }

    private ProgressTask Bar(string model)
    {
        if (!_bars.TryGetValue(model, out var bar))
        {
            _bars[model] = bar = context.AddTask(Markup.Escape(Visible.Of(model)));
        }

        return bar;
    }
}

/// <summary>A line of text where the bars were; they move down.</summary>
internal sealed class LineAbove(string text) : Renderable
{
    // The library goes back to the first bar and writes over it: without this, a line that wraps ends in the rest of a bar.
    private const string EraseToEndOfScreen = "\u001b[J";

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
        [Segment.Control(EraseToEndOfScreen), .. ((IRenderable)new Text(Visible.Of(text, lines: true))).Render(options, maxWidth), Segment.LineBreak];
}

/// <summary>The time that a bar's current phase still takes.</summary>
internal sealed class TimeLeftColumn : ProgressColumn
{
    private readonly ConcurrentDictionary<int, PhasePace> _paces = [];

    /// <summary>Takes note of how far a bar is.</summary>
    public void Note(ProgressTask bar, MethodProgress progress) => _paces.GetOrAdd(bar.Id, _ => new PhasePace(TimeProvider.System)).Note(progress);

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
    {
        var left = task.IsFinished ? null : _paces.GetValueOrDefault(task.Id)?.Left;
        return new Text(left is null ? "" : $"{left.Value.ToString(@"hh\:mm\:ss", CultureInfo.InvariantCulture)} left", new Style(Color.Blue));
    }

    public override int? GetColumnWidth(RenderOptions options) => "00:00:00 left".Length;
}

/// <summary>Time left of one phase of a model. Its bar shows several phases one after another, and what the last one took says nothing of the next.</summary>
internal sealed class PhasePace(TimeProvider clock)
{
    // The bars are drawn on a thread of their own.
    private readonly Lock _lock = new();
    private MethodProgress? _first;
    private MethodProgress _last;
    private long _start;
    private TimeSpan _spent;

    /// <summary>As seen from now; null when nothing can be said yet.</summary>
    public TimeSpan? Left
    {
        get
        {
            lock (_lock)
            {
                if (_first is not { } first || _last.Done <= first.Done)
                {
                    return null;
                }

                var left = (_spent / (_last.Done - first.Done) * (_last.Total - _last.Done)) - (clock.GetElapsedTime(_start) - _spent);
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Takes note of how far the phase is. When no more is done than before, another phase has begun.</summary>
    public void Note(MethodProgress progress)
    {
        lock (_lock)
        {
            if (_first is null || progress.Done <= _last.Done)
            {
                (_first, _start) = (progress, clock.GetTimestamp());
            }

            (_last, _spent) = (progress, clock.GetElapsedTime(_start));
        }
    }
}
