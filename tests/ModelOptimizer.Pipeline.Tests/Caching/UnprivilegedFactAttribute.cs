namespace ModelOptimizer.Pipeline.Tests.Caching;

/// <summary>A test of what happens without permission.</summary>
internal sealed class UnprivilegedFactAttribute : FactAttribute
{
    public UnprivilegedFactAttribute() =>
        Skip = OperatingSystem.IsWindows() ? "needs Unix permissions" : Environment.IsPrivilegedProcess ? "an administrator may write everywhere" : null;
}
