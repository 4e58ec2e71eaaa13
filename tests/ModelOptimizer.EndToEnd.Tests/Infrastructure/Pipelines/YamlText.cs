using YamlDotNet.RepresentationModel;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure.Pipelines;

/// <summary>Short ways through a YAML document.</summary>
internal static class YamlText
{
    public static YamlNode Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents.ShouldHaveSingleItem().RootNode;
    }

    /// <summary>The value of a key; null when there is none.</summary>
    public static string? Find(this YamlNode node, string key) =>
        ((YamlMappingNode)node).Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value : null;

    public static IReadOnlyDictionary<string, string> Texts(this YamlNode node) =>
        ((YamlMappingNode)node).Children.ToDictionary(pair => ((YamlScalarNode)pair.Key).Value!, pair => ((YamlScalarNode)pair.Value).Value!);
}
