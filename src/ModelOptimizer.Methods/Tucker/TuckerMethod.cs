using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Methods.Search;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>Tucker-2 under the second moment of the layers' inputs; matrices and 1×1 kernels by the closed form.</summary>
internal sealed class TuckerMethod : ISearchableMethod
{
    public string Name => "tucker";

    public string Summary => "Distribution-aware Tucker-2: convolutions and matrices as chains of smaller ones, with the least change on the calibration data.";

    public string Paper => "Kalle, Rudkiewicz, Ouerfelli, Tamaazousti: Distribution-Aware Tensor Decomposition for Compression of Convolutional Neural Networks. NeurIPS 2025, arXiv 2511.04494";

    public IReadOnlyList<MethodOption> Options => TuckerOptions.Declarations;

    public MethodPlan Plan(MethodContext context, MethodArguments arguments) => Start(context, arguments).Plan();

    public MethodResult Run(MethodContext context, MethodArguments arguments) => Start(context, arguments).Run();

    public ISearchSpace Explore(MethodContext context, MethodArguments arguments) => Start(context, arguments).Explore();

    private static LowRankRun Start(MethodContext context, MethodArguments arguments) =>
        new(context, arguments, new TuckerFactorization(TuckerOptions.Variant(arguments)));
}
