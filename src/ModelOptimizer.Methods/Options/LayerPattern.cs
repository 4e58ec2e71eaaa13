using System.Text.RegularExpressions;

namespace ModelOptimizer.Methods.Options;

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
            "" or "re:" or "type:" => throw new DiagnosticException(MethodCodes.BadRule, $"'{rule.Text}' is not a layer rule. Write a name with * and ? as wildcards, re: and a regular expression, or type: and an operator.", rule.Position),
            _ when Body.StartsWith("type:", StringComparison.Ordinal) => layer => layer.Node.OpType == Body[5..],
            _ when Body.StartsWith("re:", StringComparison.Ordinal) => ByName(Expression(Body[3..])),
            _ => ByName(new Regex("^" + Regex.Escape(Body).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal) + "$", RegexOptions.Singleline, Patience)),
        };
    }

    /// <summary>Whether what it matches is left out.</summary>
    public bool Excludes { get; }

    /// <summary>The rule without its <c>!</c>.</summary>
    public string Body { get; }

    public LayerRule Rule => _rule;

    public bool Matches(WeightLayer layer) => _matches(layer);

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
            throw new DiagnosticException(MethodCodes.BadRule, $"the rule '{_rule.Text}' takes too long to match '{layer.Name}'. Write a simpler expression.", _rule.Position, error);
        }
    };
}
