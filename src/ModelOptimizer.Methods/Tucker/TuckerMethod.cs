using ModelOptimizer.Methods.LowRank;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>Tucker-2 under the second moment of the layers' inputs; matrices and 1×1 kernels by the closed form.</summary>
internal sealed class TuckerMethod : IMethod
{
    public string Name => "tucker";

    public string Summary => "Distribution-aware Tucker-2: convolutions and matrices as chains of smaller ones, with the least change on the calibration data.";

    public string Paper => "Kalle, Rudkiewicz, Ouerfelli, Tamaazousti: Distribution-Aware Tensor Decomposition for Compression of Convolutional Neural Networks. NeurIPS 2025, arXiv 2511.04494";

    public IReadOnlyList<MethodOption> Options => TuckerOptions.Declarations;

    public bool OffersChoices => true;

    public IStep Prepare(StepContext context, MethodArguments arguments) => new LowRankStep(context, arguments, new TuckerFactorization(TuckerOptions.Variant(arguments)));
}
