namespace ModelOptimizer.Methods.Options;

/// <summary>Rules in order; the last that matches a layer decides. Nothing is selected by default unless the first rule excludes.</summary>
internal sealed record LayerRules(IReadOnlyList<LayerRule> Rules) : ILayerRules;
