using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Build;

namespace ModelOptimizer.Pipeline.Tests.Build;

/// <summary>Tells when the first line came.</summary>
internal sealed class WaitingLog : IBuildLog
{
    public ManualResetEventSlim Spoke { get; } = new();

    public List<string> Headlines { get; } = [];

    public void Headline(string text)
    {
        Headlines.Add(text);
        Spoke.Set();
    }

    public void Detail(string text)
    {
        // No test looks at details.
    }

    public void Diagnostic(Diagnostic diagnostic) => throw new InvalidOperationException(diagnostic.ToString());
}
