namespace ModelOptimizer.Build.Tests.Infrastructure;

/// <summary>A test in which a shell script plays the tool.</summary>
internal sealed class ShellFactAttribute : FactAttribute
{
    public const string Reason = "a shell script plays the tool";

    public ShellFactAttribute() => Skip = OperatingSystem.IsWindows() ? Reason : null;
}

/// <summary>The same with rows.</summary>
internal sealed class ShellTheoryAttribute : TheoryAttribute
{
    public ShellTheoryAttribute() => Skip = OperatingSystem.IsWindows() ? ShellFactAttribute.Reason : null;
}
