using System.Runtime.InteropServices;
using Xunit;

namespace ModelOptimizer.Testing;

/// <summary>A test of the CUDA package, which needs its platform but no GPU.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CudaPlatformFactAttribute : FactAttribute
{
    /// <summary>Skips on other platforms.</summary>
    public CudaPlatformFactAttribute() =>
        Skip = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 ? null : "the package is for Linux x64";
}
