namespace ModelOptimizer.Pipeline.Initialization;

/// <summary>What is found on the way, for <see cref="InitResult"/>.</summary>
internal sealed class InitNotes
{
    public List<string> Written { get; } = [];

    public List<string> Guessed { get; } = [];

    public List<string> Check { get; } = [];
}
