using ModelOptimizer.Methods.Options;

namespace ModelOptimizer.Methods.Ranks;

/// <summary>Ranks by layer rule, in the order written; the last rule that matches a layer decides. One value for all layers has the rule <c>*</c>.</summary>
public sealed record RankMap(IReadOnlyList<(LayerRule Rule, RankSpec Ranks)> Entries);
