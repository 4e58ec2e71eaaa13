using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Manifest.Yaml;

namespace ModelOptimizer.Pipeline.Manifest.Options;

/// <summary>One value for all layers, or a mapping from layer rules to values.</summary>
internal static class LayerMapReader
{
    /// <param name="what">The key.</param>
    /// <param name="node">What is written there.</param>
    /// <param name="values">What an empty mapping lacks.</param>
    /// <param name="example">A mapping that would be right.</param>
    /// <param name="read">Reads one value, which errors call by the text given.</param>
    public static LayerMap<T> Read<T>(string what, Node node, string values, string example, Func<string, Node, T> read)
        where T : notnull
    {
        if (node is not MapNode map)
        {
            return new LayerMap<T>([(new LayerRule("*", node.Position), read(what, node))]);
        }

        return map.Entries.Count == 0
            ? throw new DiagnosticException(ManifestCodes.BadValue, $"'{what}' gives no {values}. Write, for example, {example}.", node.Position)
            : new LayerMap<T>([.. map.Entries.Select(entry => (Included(what, entry.Key), read($"{what} of {entry.Key.Text}", entry.Value)))]);
    }

    private static LayerRule Included(string what, ScalarNode key) => key.Text.StartsWith('!')
        ? throw new DiagnosticException(ManifestCodes.LayerRule, $"'{key.Text}' excludes layers, which has no meaning in '{what}'. Exclude layers with 'layers:'.", key.Position)
        : LayerRulesReader.Rule(what, key);
}
