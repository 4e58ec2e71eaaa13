namespace ModelOptimizer.Pipeline.Build;

/// <summary>Passes everything on, each diagnostic once, and remembers what <c>state.json</c> keeps.</summary>
internal sealed class RecordingLog(IBuildLog inner) : IBuildLog
{
    private readonly List<Diagnostic> _diagnostics = [];
    private readonly List<string> _headlines = [];

    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    public IReadOnlyList<string> Headlines => _headlines;

    public void Headline(string text)
    {
        _headlines.Add(text);
        inner.Headline(text);
    }

    public void Detail(string text) => inner.Detail(text);

    public void Diagnostic(Diagnostic diagnostic)
    {
        if (!_diagnostics.Contains(diagnostic))
        {
            _diagnostics.Add(diagnostic);
            inner.Diagnostic(diagnostic);
        }
    }
}
