namespace ModelOptimizer.Pipeline.Plan;

/// <summary>A number as written in the manifest.</summary>
/// <param name="Value">The number; for a percentage the fraction (<c>40%</c> is 0.4), for a size in bytes.</param>
/// <param name="IsPercent">Whether it was written with <c>%</c>.</param>
/// <param name="Text">As it was written.</param>
internal sealed record Quantity(double Value, bool IsPercent, string Text);
