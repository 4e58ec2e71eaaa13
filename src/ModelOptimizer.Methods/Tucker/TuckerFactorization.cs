using ModelOptimizer.Methods.LowRank;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>Tucker-2 as one of the factorizations.</summary>
internal sealed class TuckerFactorization(TuckerVariant variant) : IFactorization
{
    // The curve is that of the joint step for both variants.
    public string Name => "tucker";

    public IReadOnlyList<string> RankNames { get; } = ["R_T", "R_S"];

    public IFactorForm Form(WeightLayer layer, FactorShape shape) => new TuckerForm(shape);

    public ILayerSolver Solver(LayerNumbers numbers) => new TuckerLayerSolver(numbers, variant);

    public double Flops(IFactorForm form, bool searched) => TuckerEffort.Predicted((TuckerForm)form, variant, searched);
}
