namespace ModelOptimizer.Build.Tests.Infrastructure;

/// <summary>A test in which a shell script plays the tool.</summary>
internal sealed class ShellFactAttribute : FactAttribute
{
    public ShellFactAttribute() => Skip = OperatingSystem.IsWindows() ? "a shell script plays the tool" : null;
}
