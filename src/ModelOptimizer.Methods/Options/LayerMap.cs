namespace ModelOptimizer.Methods.Options;

/// <summary>Values by layer rule, in the order written; the last rule that matches a layer decides. One value for all layers has the rule <c>*</c>.</summary>
internal sealed record LayerMap<T>(IReadOnlyList<(LayerRule Rule, T Value)> Entries) : ILayerRules
    where T : notnull
{
    /// <inheritdoc/>
    public IReadOnlyList<LayerRule> Rules => [.. Entries.Select(entry => entry.Rule)];

    /// <summary>The value of every layer that has one, by the layer's name.</summary>
    /// <exception cref="DiagnosticException">A rule matches nothing or is not a pattern.</exception>
    public IReadOnlyDictionary<string, T> Assign(IReadOnlyList<WeightLayer> layers) =>
        LayerSelector.Assign(layers, Rules)
            .Where(assigned => assigned.Value >= 0)
            .ToDictionary(assigned => assigned.Key, assigned => Entries[assigned.Value].Value, StringComparer.Ordinal);
}
