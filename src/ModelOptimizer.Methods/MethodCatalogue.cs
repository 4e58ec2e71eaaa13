using ModelOptimizer.Methods.Convex;
using ModelOptimizer.Methods.Cp;
using ModelOptimizer.Methods.Distillation;
using ModelOptimizer.Methods.NnBcd;
using ModelOptimizer.Methods.Opdf;
using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Methods.Tucker;

namespace ModelOptimizer.Methods;

/// <summary>All methods. A new one is a folder beside this file and a line here.</summary>
internal static class MethodCatalogue
{
    /// <summary>The methods by the names they have in the manifest.</summary>
    public static IReadOnlyList<IMethod> All { get; } =
    [
        new TuckerMethod(),
        new CpMethod(),
        new NnBcdMethod(),
        new ConvexDistillationMethod(),
        new DistillMethod(),
        new OpdfMethod(),
        new QuantizeMethod(),
    ];
}
