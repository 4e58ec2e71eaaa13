using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Tool.Progress;

/// <summary>A line per activity, for logs.</summary>
internal sealed class PlainObserver(TextWriter writer, DiagnosticPrinter diagnostics) : IRunObserver
{
    private string _last = "";

    public void Message(string text) => writer.WriteLine(text);

    public void Diagnostic(Diagnostic diagnostic) => diagnostics.Print(diagnostic);

    public void Progress(string model, MethodProgress progress)
    {
        var line = $"{model}: {progress.Activity}";
        if (line != _last)
        {
            _last = line;
            writer.WriteLine(line);
        }
    }

    public void Finished(ModelReport report)
    {
        // The report itself is printed when all models are through.
    }
}
