namespace ModelOptimizer.Methods.Options;

/// <summary>
/// One rule as written: a glob over layer names (<c>conv*</c>), <c>re:</c> and a regular expression, or <c>type:</c> and an operator;
/// <c>!</c> in front excludes.
/// </summary>
internal sealed record LayerRule(string Text, SourcePosition? Position = null);

/// <summary>An option's value that names layers by rules.</summary>
internal interface ILayerRules
{
    /// <summary>The rules in the order written.</summary>
    IReadOnlyList<LayerRule> Rules { get; }
}

/// <summary>Rules in order; the last that matches a layer decides. Nothing is selected by default unless the first rule excludes.</summary>
internal sealed record LayerRules(IReadOnlyList<LayerRule> Rules) : ILayerRules
{
    /// <summary>Every layer.</summary>
    public static LayerRules All { get; } = new([new LayerRule("*")]);
}

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
