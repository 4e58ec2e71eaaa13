using System.Text.RegularExpressions;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Manifest.Yaml;
using ModelOptimizer.Pipeline.Plan;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Reads <c>embed:</c>.</summary>
internal static partial class EmbedReader
{
    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal", "default", "delegate",
        "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach", "goto", "if", "implicit", "in",
        "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null", "object", "operator", "out", "override", "params", "private",
        "protected", "public", "readonly", "ref", "return", "sbyte", "sealed", "short", "sizeof", "stackalloc", "static", "string", "struct", "switch", "this",
        "throw", "true", "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort", "using", "virtual", "void", "volatile", "while",
    };

    // What the generated class has itself; C# lets no member have its class's name.
    private static readonly HashSet<string> Members = new(StringComparer.Ordinal) { "Bytes", "OpenStream", "ResourceName", "Sha256", "SizeInBytes" };

    public static EmbedPlan? Read(Section model)
    {
        if (model["embed"] is not { } node)
        {
            return null;
        }

        var section = new Section(node, "'embed'", ["resource", "copy", "accessor"]);
        if (section["copy"] is not null)
        {
            throw section["resource"] is null
                ? new DiagnosticException(ManifestCodes.NotYet, "'copy' is not part of this version yet. Write 'resource: NAME' to embed the model into the assembly.", section.KeyPosition("copy"))
                : new DiagnosticException(ManifestCodes.Conflict, "'resource' and 'copy' exclude each other. Remove one of them.", section.KeyPosition("copy"));
        }

        var resource = section.Require("resource", "resource: Digits.onnx", model.KeyPosition("embed")).AsText("resource");
        return new EmbedPlan(resource, section["accessor"] is { } accessor ? Accessor(accessor) : null, model.KeyPosition("embed"));
    }

    private static string Accessor(Node node)
    {
        var text = node.AsText("accessor");
        var parts = text.Split('.');
        if (Members.Contains(parts[^1]))
        {
            throw new DiagnosticException(ManifestCodes.BadValue, $"'accessor' cannot be '{parts[^1]}': the class has a member of that name. Write a name such as {parts[^1]}Model.", node.Position);
        }

        return parts.All(part => Identifier().IsMatch(part) && !Keywords.Contains(part))
            ? text
            : throw new DiagnosticException(ManifestCodes.BadValue, $"'accessor' expects the name of a C# class such as DigitsModel or My.Models.Digits; found '{text}'.", node.Position);
    }

    [GeneratedRegex(@"^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Identifier();
}
