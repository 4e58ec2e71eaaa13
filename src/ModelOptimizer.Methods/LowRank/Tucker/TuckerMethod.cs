namespace ModelOptimizer.Methods.LowRank;

/// <summary>Tucker-2 under the second moment of the layers' inputs; matrices and 1×1 kernels by the closed form.</summary>
internal sealed class TuckerMethod : IMethod
{
    public string Name => "tucker";

    public string Summary => "Distribution-aware Tucker-2: convolutions and matrices as chains of smaller ones, with the least change on the calibration data.";

    public string Paper =>
        "Kalle, Rudkiewicz, Ouerfelli, Tamaazousti: Distribution-Aware Tensor Decomposition for Compression of Convolutional Neural Networks. NeurIPS 2025, "
            + "arXiv 2511.04494";

    public IReadOnlyList<Option> Options => TuckerOptions.All;

    public bool OffersChoices => true;

    public bool KeepsLayerOutputs => true;

    public string? Obstacle(WeightLayer layer, IReadOnlyDictionary<string, long[]> shapes) =>
        FactorLayer.From(layer, shapes, new TuckerFactorization(TuckerVariant.Joint)).Reason;

    public IStep Prepare(StepContext context, MethodArguments arguments) =>
        new LowRankStep(context, arguments, new TuckerFactorization(TuckerOptions.Variant(arguments)));
}

/// <summary>What <c>tucker</c> adds to the options of all low-rank methods.</summary>
internal static class TuckerOptions
{
    private static readonly Option<TuckerVariant> Order = new(
        "variant",
        Forms.OneOf<TuckerVariant>(),
        "The order of the updates: joint needs fewer sweeps, published is the paper's.",
        "joint");

    private static readonly Option<bool> Fit = LowRankKeys.Sequential with
    {
        OnlyIf =
        [
            .. LowRankKeys.Sequential.OnlyIf,
            Order.When(
                variant => variant == TuckerVariant.Joint,
                "has no meaning beside 'variant: published', which fits each layer alone. Remove one of the two."),
        ],
    };

    public static IReadOnlyList<Option> All { get; } =
        LowRankOptions.With("Ranks by hand: 16, [R_T, R_S], 50%, or a map from layer rule to one of these.", Fit, Order);

    public static TuckerVariant Variant(MethodArguments arguments) => arguments.Get(Order);
}

/// <summary>Tucker-2 as one of the factorizations.</summary>
internal sealed class TuckerFactorization(TuckerVariant variant) : IFactorization
{
    // The curve is that of the joint step for both variants.
    public string Name => "tucker";

    public bool IsPublished => variant == TuckerVariant.Published;

    public IReadOnlyList<string> RankNames { get; } = ["R_T", "R_S"];

    public IFactorForm Form(WeightLayer layer, FactorShape shape) => new TuckerForm(shape);

    public ILayerSolver Solver(LayerNumbers numbers) => new TuckerLayerSolver(numbers, variant);

    public double Flops(IFactorForm form, bool searched) => TuckerEffort.Predicted((TuckerForm)form, variant, searched);

    // A Gram matrix of all directions as it is made, and in another order; the factor takes the place of that, by panels.
    public double Bytes(IFactorForm form) => form is MatrixForm ? 0 : 2.5 * sizeof(double) * Math.Pow(form.Shape.Inputs * form.Shape.Taps, 2);
}
