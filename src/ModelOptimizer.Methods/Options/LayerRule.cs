namespace ModelOptimizer.Methods.Options;

/// <summary>
/// One rule as written: a glob over layer names (<c>conv*</c>), <c>re:</c> and a regular expression, or <c>type:</c> and an operator; <c>!</c> in front excludes.
/// </summary>
internal sealed record LayerRule(string Text, SourcePosition? Position = null);
