using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>Turns a run into lines of a build log.</summary>
internal sealed class BuildObserver(IBuildLog log) : IRunObserver
{
    private string _activity = "";

    public void Message(string text) => log.Detail(text);

    public void Diagnostic(Diagnostic diagnostic) => log.Diagnostic(diagnostic);

    public void Progress(string model, MethodProgress progress)
    {
        var activity = $"{model}: {progress.Activity}";
        if (activity != _activity)
        {
            _activity = activity;
            log.Detail(activity);
        }
    }

    public void Finished(ModelReport report)
    {
        log.Headline(ModelLine.Of(report));
        if (report.ReportFile is { } file)
        {
            log.Headline($"report: {file}");
        }
    }
}
