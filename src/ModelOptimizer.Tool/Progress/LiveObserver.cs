using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Running;
using Spectre.Console;

namespace ModelOptimizer.Tool.Progress;

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
        bar.Description = Markup.Escape($"{model}: {progress.Activity}{(progress.Detail is null ? "" : ", " + progress.Detail)}");
        bar.IsIndeterminate = progress.Total <= 0;
        bar.MaxValue = Math.Max(1, progress.Total);
        bar.Value = progress.Done;
        timeLeft.Note(bar, progress);
    }

    public void Finished(ModelReport report)
    {
        var bar = Bar(report.Name);
        bar.Description = Markup.Escape($"{report.Name}: done");
        bar.IsIndeterminate = false;
        bar.MaxValue = 1;
        bar.Value = 1;
        bar.StopTask();
    }

    private ProgressTask Bar(string model)
    {
        if (!_bars.TryGetValue(model, out var bar))
        {
            _bars[model] = bar = context.AddTask(Markup.Escape(model));
        }

        return bar;
    }
}
