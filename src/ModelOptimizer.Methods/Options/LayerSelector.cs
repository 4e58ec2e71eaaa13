using System.Text.RegularExpressions;

namespace ModelOptimizer.Methods.Options;

/// <summary>Applies layer rules to the layers of a model.</summary>
internal static class LayerSelector
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
        return layers.ToDictionary(
            layer => layer.Name,
            layer => patterns.FindLastIndex(pattern => pattern.Matches(layer) && !pattern.Excludes),
            StringComparer.Ordinal);
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
                throw new DiagnosticException(
                    MethodCodes.RuleMatchesNothing,
                    $"the layer rule '{pattern.Rule.Text}' matches no layer of the model. {Nearest(pattern, layers)}",
                    pattern.Rule.Position);
            }
        }

        return patterns;
    }

    private static string Nearest(LayerPattern pattern, IReadOnlyList<WeightLayer> layers)
    {
        if (pattern.Body.StartsWith("type:", StringComparison.Ordinal))
        {
            var types = layers.Select(layer => layer.Node.OpType).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
            return $"Its layers are of the types {string.Join(", ", types)}.";
        }

        var nearest = layers.Select(layer => layer.Name)
            .OrderBy(name => EditDistance.Between(pattern.Body, name))
            .ThenBy(name => name, StringComparer.Ordinal)
            .Take(3);
        return $"The nearest names are {string.Join(", ", nearest.Select(name => $"'{name}'"))}; 'modelopt layers' prints them all.";
    }
}

/// <summary>A <see cref="LayerRule"/> ready to be asked.</summary>
internal sealed class LayerPattern
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly LayerRule _rule;
    private readonly Func<WeightLayer, bool> _matches;

    /// <exception cref="DiagnosticException">The rule is empty or not a regular expression.</exception>
    public LayerPattern(LayerRule rule)
    {
        _rule = rule;
        Excludes = rule.Text.StartsWith('!');
        Body = Excludes ? rule.Text[1..] : rule.Text;
        _matches = Body switch
        {
            "" or "re:" or "type:" => throw new DiagnosticException(
                MethodCodes.BadRule,
                $"'{rule.Text}' is not a layer rule. Write a name with * and ? as wildcards, re: and a regular expression, or type: and an operator.",
                rule.Position),
            _ when Body.StartsWith("type:", StringComparison.Ordinal) => layer => layer.Node.OpType == Body[5..],
            _ when Body.StartsWith("re:", StringComparison.Ordinal) => ByName(Expression(Body[3..])),
            _ => ByName(Glob(Body)),
        };
    }

    /// <summary>Whether what it matches is left out.</summary>
    public bool Excludes { get; }

    /// <summary>The rule without its <c>!</c>.</summary>
    public string Body { get; }

    public LayerRule Rule => _rule;

    public bool Matches(WeightLayer layer) => _matches(layer);

    private static Regex Glob(string text)
    {
        var expression = Regex.Escape(text).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal);
        return new Regex($"^{expression}$", RegexOptions.Singleline, Patience);
    }

    private Regex Expression(string text)
    {
        try
        {
            return new Regex(text, RegexOptions.None, Patience);
        }
        catch (ArgumentException error)
        {
            throw new DiagnosticException(MethodCodes.BadRule, $"'{text}' is not a regular expression: {error.Message}", _rule.Position, error);
        }
    }

    private Func<WeightLayer, bool> ByName(Regex expression) => layer =>
    {
        try
        {
            return expression.IsMatch(layer.Name);
        }
        catch (RegexMatchTimeoutException error)
        {
            throw new DiagnosticException(
                MethodCodes.BadRule,
                $"the rule '{_rule.Text}' takes too long to match '{layer.Name}'. Write a simpler expression.",
                _rule.Position,
                error);
        }
    };
}
