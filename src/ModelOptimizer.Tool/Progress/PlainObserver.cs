using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Tool.Progress;

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
