namespace ModelOptimizer.Pipeline.Search;

/// <summary>Progress that can be switched off: a search builds the same layers again and again, and tells of candidates instead.</summary>
internal sealed class SwitchableProgress(IProgress<MethodProgress> inner) : IProgress<MethodProgress>
{
    public bool IsMuted { get; set; }

    public void Report(MethodProgress value)
    {
        if (!IsMuted)
        {
            inner.Report(value);
        }
    }
}
