namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>A test that sends signals and looks at <c>/proc</c>.</summary>
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "needs signals and /proc";
}
