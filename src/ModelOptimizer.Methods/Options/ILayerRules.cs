namespace ModelOptimizer.Methods.Options;

/// <summary>An option's value that names layers by rules.</summary>
internal interface ILayerRules
{
    /// <summary>The rules in the order written.</summary>
    IReadOnlyList<LayerRule> Rules { get; }
}
