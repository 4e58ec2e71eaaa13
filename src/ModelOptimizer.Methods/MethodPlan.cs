namespace ModelOptimizer.Methods;

/// <summary>What a run would touch and need.</summary>
/// <param name="Layers">Names of the layers that the method would work on.</param>
/// <param name="PeakBytes">Predicted peak memory of the statistics and the solver, in bytes.</param>
/// <param name="Flops">Predicted floating-point operations.</param>
public sealed record MethodPlan(IReadOnlyList<string> Layers, long PeakBytes, double Flops);
