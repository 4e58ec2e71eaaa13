using ModelOptimizer.Methods.Auto;
using ModelOptimizer.Methods.BlockDescent;
using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Methods.Distillation;
using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Methods.Quantization;

namespace ModelOptimizer.Methods;

/// <summary>All methods. A new one is a folder beside this file and a line here.</summary>
internal static class MethodCatalogue
{
    /// <summary>The methods by the names they have in the manifest.</summary>
    public static IReadOnlyList<IMethod> All { get; } =
    [
        new AutoMethod(),
        new TuckerMethod(),
        new CpMethod(),
        new NnBcdMethod(),
        new ConvexDistillationMethod(),
        new DistillMethod(),
        new OpdfMethod(),
        new QuantizeMethod(),
    ];
}
