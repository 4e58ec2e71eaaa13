using ModelOptimizer.Methods.LowRank.Rewriting;
using ModelOptimizer.Methods.Ranks;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>What a rewrite of a layer will do besides its factors.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Folds">Whether its BatchNormalization goes.</param>
/// <param name="NewBias">Whether it gets another bias.</param>
internal sealed record LayerPlan(FactorLayer Layer, bool Folds, bool NewBias)
{
    public static LayerPlan Of(FactorLayer layer, LowRankOptions options, ConstantLookup constants)
    {
        var folds = options.Fold && LayerKernel.CanFold(layer.Layer, constants);
        return new LayerPlan(layer, folds, folds || (options.Centred && options.Norm == FactorNorm.Covariance));
    }

    /// <summary>The replacement's form without its numbers.</summary>
    public LayerReplacement Empty(RankPair ranks) =>
        new(Layer.Layer, Layer.Form.Empty(ranks), NewBias ? new double[Layer.Layer.OutputChannels] : null, Folds);
}
