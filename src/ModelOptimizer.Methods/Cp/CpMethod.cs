using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Methods.Search;

namespace ModelOptimizer.Methods.Cp;

/// <summary>CP under the second moment of the layers' inputs; matrices and 1×1 kernels by the closed form.</summary>
internal sealed class CpMethod : ISearchableMethod
{
    public string Name => "cp";

    public string Summary => "Distribution-aware CP: convolutions as 1×1 ones around convolutions of single channels, with the least change on the calibration data.";

    public string Paper => "Kalle, Rudkiewicz, Ouerfelli, Tamaazousti: Distribution-Aware Tensor Decomposition for Compression of Convolutional Neural Networks. NeurIPS 2025, arXiv 2511.04494";

    public IReadOnlyList<MethodOption> Options => CpOptions.Declarations;

    public MethodPlan Plan(MethodContext context, MethodArguments arguments) => Start(context, arguments).Plan();

    public MethodResult Run(MethodContext context, MethodArguments arguments) => Start(context, arguments).Run();

    public ISearchSpace Explore(MethodContext context, MethodArguments arguments) => Start(context, arguments).Explore();

    private static LowRankRun Start(MethodContext context, MethodArguments arguments) => new(context, arguments, CpOptions.Factorization(arguments));
}
