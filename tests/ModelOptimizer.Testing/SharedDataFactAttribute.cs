using Xunit;

namespace ModelOptimizer.Testing;

/// <summary>A test on the real models and data; skipped where they are not.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedDataFactAttribute : FactAttribute
{
    /// <summary>Skips where <see cref="SharedData.Root"/> is null.</summary>
    public SharedDataFactAttribute()
    {
        if (SharedData.Root is null)
        {
            Skip = "the shared data folder is not here (set MODELOPT_SHARED)";
        }
    }
}
