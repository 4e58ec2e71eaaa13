using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Tests.Running;

/// <summary>Keeps what a run said.</summary>
internal sealed class RecordingObserver : IRunObserver
{
    public List<string> Messages { get; } = [];

    public List<Diagnostic> Diagnostics { get; } = [];

    public List<ModelReport> Reports { get; } = [];

    public List<string> Activities { get; } = [];

    public void Message(string text) => Messages.Add(text);

    public void Diagnostic(Diagnostic diagnostic) => Diagnostics.Add(diagnostic);

    public void Progress(string model, MethodProgress progress) => Activities.Add(progress.Activity);

    public void Finished(ModelReport report) => Reports.Add(report);
}
