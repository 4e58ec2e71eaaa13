using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Reports.Json;

/// <summary>A <see cref="DataUse"/> as JSON.</summary>
internal sealed record DataUseDocument(string? Dataset, int? Samples)
{
    public static DataUseDocument? Of(DataUse? use) => use is null ? null : new(use.Dataset, use.Samples);
}
