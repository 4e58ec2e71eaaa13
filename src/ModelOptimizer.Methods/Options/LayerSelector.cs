namespace ModelOptimizer.Methods.Options;

/// <summary>Applies layer rules to the layers of a model.</summary>
public static class LayerSelector
{
    /// <summary>The layers that <paramref name="rules"/> select, in the model's order, those that no method may rewrite included.</summary>
    /// <exception cref="DiagnosticException">A rule matches nothing or is not a pattern.</exception>
    public static IReadOnlyList<WeightLayer> Select(IReadOnlyList<WeightLayer> layers, LayerRules rules)
    {
        var patterns = Compile(layers, rules.Rules);
        var byDefault = patterns.Count > 0 && patterns[0].Excludes;
        return [.. layers.Where(layer => patterns.LastOrDefault(pattern => pattern.Matches(layer)) is { } last ? !last.Excludes : byDefault)];
    }

    /// <summary>For every layer, the index of the last rule that matches it, or −1.</summary>
    /// <exception cref="DiagnosticException">A rule matches nothing or is not a pattern.</exception>
    public static IReadOnlyDictionary<string, int> Assign(IReadOnlyList<WeightLayer> layers, IReadOnlyList<LayerRule> rules)
    {
        var patterns = Compile(layers, rules);
        return layers.ToDictionary(layer => layer.Name, layer => patterns.FindLastIndex(pattern => pattern.Matches(layer) && !pattern.Excludes), StringComparer.Ordinal);
    }

    /// <summary>The layers that the pattern of <paramref name="rule"/> matches, whether it selects or excludes them.</summary>
    /// <exception cref="DiagnosticException">The rule is not a pattern.</exception>
    public static IReadOnlyList<WeightLayer> Matching(IReadOnlyList<WeightLayer> layers, LayerRule rule)
    {
        var pattern = new LayerPattern(rule);
        return [.. layers.Where(pattern.Matches)];
    }

    private static List<LayerPattern> Compile(IReadOnlyList<WeightLayer> layers, IReadOnlyList<LayerRule> rules)
    {
        var patterns = rules.Select(rule => new LayerPattern(rule)).ToList();
        foreach (var pattern in patterns)
        {
            // A model without layers gets an error of its own, which says more.
            if (layers.Count > 0 && !layers.Any(pattern.Matches))
            {
                throw new DiagnosticException(MethodCodes.RuleMatchesNothing, $"the layer rule '{pattern.Rule.Text}' matches no layer of the model. {Nearest(pattern, layers)}", pattern.Rule.Position);
            }
        }

        return patterns;
    }

    private static string Nearest(LayerPattern pattern, IReadOnlyList<WeightLayer> layers)
    {
        if (pattern.Body.StartsWith("type:", StringComparison.Ordinal))
        {
            return $"Its layers are of the types {string.Join(", ", layers.Select(layer => layer.Node.OpType).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))}.";
        }

        var nearest = layers.Select(layer => layer.Name).OrderBy(name => EditDistance.Between(pattern.Body, name)).ThenBy(name => name, StringComparer.Ordinal).Take(3);
        return $"The nearest names are {string.Join(", ", nearest.Select(name => $"'{name}'"))}; 'modelopt layers' prints them all.";
    }
}
