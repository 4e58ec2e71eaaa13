using System.Buffers;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Reads <c>embed:</c>.</summary>
internal static class EmbedReader
{
    // What the generated class has itself; C# lets no member have its class's name.
    private static readonly HashSet<string> Members = new(StringComparer.Ordinal)
    {
        "Bytes",
        "OpenStream",
        "ResourceName",
        "Sha256",
        "ShippedBytes",
        "SizeInBytes",
    };

    private static readonly SearchValues<char> NotInPaths = SearchValues.Create("<>:\"|?*");

    /// <summary>The keys of <c>embed:</c>.</summary>
    public static KeySet Keys { get; } = new() { NeedsOneOf = ["resource", "copy"] };

    private static readonly Option<string?> Resource = Keys.Add<string?>(new(
        "resource",
        Forms.Text("name").OrNone(),
        "The name of the embedded resource.")
    {
        ExclusiveGroup = "place",
        Example = "Digits.onnx",
    });

    private static readonly Option<string?> Copy = Keys.Add<string?>(new(
        "copy",
        (Forms.Text("path inside the output folder") with { Read = (node, _, _) => CopyPath(node) }).OrNone(),
        "Instead of a resource: a file in the output and publish folders, and in the package of a library. For large models and assets of mobile apps.")
    {
        ExclusiveGroup = "place",
        Example = "models/digits.onnx",
    });

    private static readonly Option<string?> Accessor = Keys.Add<string?>(
        new(
            "accessor",
            (Forms.Text("name of a C# class") with { Read = (node, _, _) => ClassName(node) }).OrNone(),
            "A generated class that opens the resource: Bytes, OpenStream(), SizeInBytes, ShippedBytes, Sha256, ResourceName. In the project's root namespace "
                + "unless it has "
                + "one, as in My.Models.Digits."
        )
        {
            Needs = ["resource"],
        }
    );

    private static readonly Option<EmbedCompression> Compression = Keys.Add<EmbedCompression>(new(
        "compression",
        Forms.OneOf<EmbedCompression>(),
        "How the resource is packed; the accessor unpacks it. auto is Brotli where all target frameworks have it, else Deflate, and none where that saves less "
        + "than 3 %. Whoever opens the resource without the accessor has to unpack it.",
        "none")
    {
        Needs = ["resource"],
    });

    public static EmbedPlan? Read(Section model) =>
        model.Inner(ModelKeys.Embed, Keys) is { } section
            ? new EmbedPlan(section.Read(Resource), section.Read(Accessor), model.KeyPosition(ModelKeys.Embed.Name))
            {
                Copy = section.Read(Copy),
                Compression = section.Read(Compression),
            }
            : null;

    /// <summary>A file inside the output folder, on every system: what Windows cannot have in a name is refused everywhere.</summary>
    private static string CopyPath(Node node)
    {
        var text = node.AsText("copy");
        var parts = text.Replace('\\', '/').Split('/');
        return parts.All(part => part.Trim().Length > 0 && !part.EndsWith('.') && !part.AsSpan().ContainsAny(NotInPaths) && !part.Any(char.IsControl))
            ? string.Join('/', parts)
            : throw new DiagnosticException(
                KeyCodes.BadValue,
                $"'copy' expects the path of a file inside the output folder, such as models/digits.onnx; found '{text}'. Absolute paths, '.' and '..' are "
                + "not allowed.",
                node.Position);
    }

    private static string ClassName(Node node)
    {
        var text = node.AsText("accessor");
        var parts = text.Split('.');
        if (Members.Contains(parts[^1]))
        {
            throw new DiagnosticException(
                KeyCodes.BadValue,
                $"'accessor' cannot be '{parts[^1]}': the class has a member of that name. Write a name such as {parts[^1]}Model.",
                node.Position);
        }

        return parts.All(CSharpName.IsIdentifier)
            ? text
            : throw new DiagnosticException(
                KeyCodes.BadValue,
                $"'accessor' expects the name of a C# class such as DigitsModel or My.Models.Digits; found '{text}'.",
                node.Position);
    }
}
