using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Tool.Progress;

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
