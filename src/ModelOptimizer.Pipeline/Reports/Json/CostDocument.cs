using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Reports.Json;

/// <summary>A <see cref="ModelCost"/> as JSON.</summary>
internal sealed record CostDocument(long Bytes, long Parameters, long? Macs)
{
    public static CostDocument Of(ModelCost cost) => new(cost.Bytes, cost.Parameters, cost.Macs);
}
