namespace ModelOptimizer.Pipeline.Running;

/// <summary>Collects what a run read, said and finished, and passes it on to the observer at once.</summary>
internal sealed class RunRecord(IRunObserver observer)
{
    private readonly List<ModelReport> _models = [];
    private readonly List<Diagnostic> _diagnostics = [];
    private readonly SortedSet<string> _inputs = new(StringComparer.Ordinal);

    public IRunObserver Observer => observer;

    /// <summary>A file that the result depends on.</summary>
    public void Read(string path) => _inputs.Add(path);

    public void Report(Diagnostic diagnostic)
    {
        _diagnostics.Add(diagnostic);
        observer.Diagnostic(diagnostic);
    }

    public void Finish(ModelReport report)
    {
        _models.Add(report);
        observer.Finished(report);
    }

    /// <summary>Turns whatever goes wrong in <paramref name="work"/> into one diagnostic, so that the next model still gets its turn.</summary>
    public void Guard(Action work)
    {
        try
        {
            work();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Report(Failure.Of(exception));
        }
    }

    public RunResult ToResult() => new(_models, _diagnostics, [.. _inputs], ExitCode.Of(_diagnostics));
}
