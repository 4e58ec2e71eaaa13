using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Manifest.Yaml;

namespace ModelOptimizer.Pipeline.Manifest.Options;

/// <summary>A mapping from layer rules to names of layers.</summary>
internal static class NamesReader
{
    private const string Example = "{ \"encoder.0.fc\": encoder.1.fc }";

    public static LayerMap<string> Read(string what, Node node) => node is MapNode
        ? LayerMapReader.Read(what, node, "names", Example, (entry, value) => Name(entry, value))
        : throw NodeValues.WrongType(node, what, $"a mapping from layer rules to layers, such as {Example}");

    private static string Name(string what, Node node) => node.AsText(what) is { Length: > 0 } name
        ? name
        : throw new DiagnosticException(ManifestCodes.BadValue, $"'{what}' is empty. Write the name of a layer.", node.Position);
}
