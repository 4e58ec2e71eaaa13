namespace ModelOptimizer.Pipeline.Tests.Evaluation;

/// <summary>A test that runs small programs written for sh.</summary>
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "its programs are written for sh" : null;
}
