using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Build;

namespace ModelOptimizer.Pipeline.Tests.Build;

/// <summary>Remembers what a build said.</summary>
internal sealed class ListLog : IBuildLog
{
    public List<string> Headlines { get; } = [];

    public List<Diagnostic> Diagnostics { get; } = [];

    public void Headline(string text)
    {
        lock (Headlines)
        {
            Headlines.Add(text);
        }
    }

    public void Detail(string text)
    {
        // No test looks at details.
    }

    public void Diagnostic(Diagnostic diagnostic) => Diagnostics.Add(diagnostic);
}
