namespace ModelOptimizer.Pipeline.Running;

/// <summary>Passes progress on at once, on the thread that reports it.</summary>
internal sealed class JobProgress(string model, IRunObserver observer) : IProgress<MethodProgress>
{
    public void Report(MethodProgress value) => observer.Progress(model, value);
}
