using ModelOptimizer.Methods.LowRank;

namespace ModelOptimizer.Methods.Cp;

/// <summary>CP under the second moment of the layers' inputs; matrices and 1×1 kernels by the closed form.</summary>
internal sealed class CpMethod : IMethod
{
    public string Name => "cp";

    public string Summary => "Distribution-aware CP: convolutions as 1×1 ones around convolutions of single channels, with the least change on the calibration data.";

    public string Paper => "Kalle, Rudkiewicz, Ouerfelli, Tamaazousti: Distribution-Aware Tensor Decomposition for Compression of Convolutional Neural Networks. NeurIPS 2025, arXiv 2511.04494";

    public IReadOnlyList<MethodOption> Options => CpOptions.Declarations;

    public bool OffersChoices => true;

    public IStep Prepare(StepContext context, MethodArguments arguments) => new LowRankStep(context, arguments, CpOptions.Factorization(arguments));
}
