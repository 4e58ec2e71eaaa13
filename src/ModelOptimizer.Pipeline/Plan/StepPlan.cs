using ModelOptimizer.Methods;
using ModelOptimizer.Methods.Options;

namespace ModelOptimizer.Pipeline.Plan;

/// <summary>One entry of <c>compress:</c>.</summary>
public sealed record StepPlan(ICompressionMethod Method, MethodArguments Arguments);
