namespace ModelOptimizer.Pipeline.Manifest;

/// <summary><c>embed:</c>.</summary>
internal static class EmbedKeys
{
    private const string Place = "place";

    public static KeyDeclaration Resource { get; } = new("resource", new TextForm("name"), "The name of the embedded resource.") { ExclusiveGroup = Place, Example = "Digits.onnx" };

    public static KeyDeclaration Copy { get; } =
        new("copy", new TextForm("path inside the output folder"), "Instead of a resource: a file in the output and publish folders. For large models and assets of mobile apps.") { ExclusiveGroup = Place, Example = "models/digits.onnx" };

    public static KeyDeclaration Accessor { get; } = new(
        "accessor",
        new TextForm("name of a C# class"),
        "A generated class that opens the resource: Bytes, OpenStream(), SizeInBytes, Sha256, ResourceName. In the project's root namespace unless it has one, as in My.Models.Digits.")
    {
        Needs = ["resource"],
    };

    public static SectionDeclaration Section { get; } = new([Resource, Copy, Accessor]) { NeedsOneOf = ["resource", "copy"] };
}
