using System.Collections.Concurrent;
using System.Globalization;
using ModelOptimizer.Methods;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ModelOptimizer.Tool.Progress;

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
