namespace ModelOptimizer.Methods.LowRank;

/// <summary>CP under the second moment of the layers' inputs; matrices and 1×1 kernels by the closed form.</summary>
internal sealed class CpMethod : IMethod
{
    public string Name => "cp";

    public string Summary =>
        "Distribution-aware CP: convolutions as 1×1 ones around convolutions of single channels, with the least change on the calibration data.";

    public string Paper =>
        "Kalle, Rudkiewicz, Ouerfelli, Tamaazousti: Distribution-Aware Tensor Decomposition for Compression of Convolutional Neural Networks. NeurIPS 2025, "
            + "arXiv 2511.04494";

    public IReadOnlyList<Option> Options => CpOptions.All;

    public bool OffersChoices => true;

    public bool KeepsLayerOutputs => true;

    public string? Obstacle(WeightLayer layer, IReadOnlyDictionary<string, long[]> shapes) =>
        FactorLayer.From(layer, shapes, new CpFactorization(separable: false, starts: 1)).Reason;

    public IStep Prepare(StepContext context, MethodArguments arguments) => new LowRankStep(context, arguments, CpOptions.Factorization(arguments));
}

/// <summary>What <c>cp</c> adds to the options of all low-rank methods.</summary>
internal static class CpOptions
{
    private const int DefaultStarts = 3;

    private static readonly Option<bool> IsSeparable =
        new(
            "ways",
            Forms.OneOf(("4", true), ("3", false)),
            "4 factors, with a convolution along each spatial axis, or 3, with one over the whole window.",
            "4");

    private static readonly Option<int?> Starts = new(
        "starts",
        Forms.Whole(1, 100).OrNone(),
        FormattableString.Invariant($"From how many starts each rank is tried; absent, {DefaultStarts}."));

    public static IReadOnlyList<Option> All { get; } =
        LowRankOptions.With("Ranks by hand: 16, 50%, or a map from layer rule to one of these.", LowRankKeys.Sequential, IsSeparable, Starts);

    public static CpFactorization Factorization(MethodArguments arguments) => new(arguments.Get(IsSeparable), arguments.Get(Starts) ?? DefaultStarts);
}

/// <summary>CP as one of the factorizations.</summary>
/// <param name="separable">The 4-way form, where the kernel has two spatial axes; otherwise all taps are one axis.</param>
/// <param name="starts">How many starts each rank has.</param>
internal sealed class CpFactorization(bool separable, int starts) : IFactorization
{
    public string Name => FormattableString.Invariant($"cp {(separable ? "4" : "3")}-way from {starts}");

    public IReadOnlyList<string> RankNames { get; } = ["R"];

    public string? Obstacle(WeightLayer layer) =>
        layer.Kind == LayerKind.ConvTranspose ? "cp leaves transposed convolutions as they are; tucker takes them" : null;

    public IFactorForm Form(WeightLayer layer, FactorShape shape) =>
        new CpForm(shape, new TapGrid(separable && layer.Window!.Kernel.Count(extent => extent > 1) > 1 ? layer.Window.Kernel : [shape.Taps]));

    public ILayerSolver Solver(LayerNumbers numbers) => new CpLayerSolver(numbers, Name, starts);

    public double Flops(IFactorForm form, bool searched) => CpEffort.Predicted((CpForm)form, starts, searched);

    public double Bytes(IFactorForm form) => form is CpForm cp ? CpEffort.Bytes(cp) : 0;
}
