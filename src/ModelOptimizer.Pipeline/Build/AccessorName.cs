using System.Globalization;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>What C# takes as a name.</summary>
internal static class AccessorName
{
    private static readonly HashSet<string> Keywords =
    [
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal", "default", "delegate",
        "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach", "goto", "if", "implicit", "in",
        "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null", "object", "operator", "out", "override", "params", "private",
        "protected", "public", "readonly", "ref", "return", "sbyte", "sealed", "short", "sizeof", "stackalloc", "static", "string", "struct", "switch", "this",
        "throw", "true", "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort", "using", "virtual", "void", "volatile", "while",
    ];

    // A member may not be called like its class (CS0542).
    private static readonly HashSet<string> Members = ["Bytes", "OpenStream", "ResourceName", "Sha256", "SizeInBytes"];

    /// <summary>Whether every part between dots is an identifier and not a keyword, and the last is not one of the accessor's members.</summary>
    public static bool IsValid(string name) => name.Split('.') is [.., var last] parts && parts.All(IsIdentifier) && !Members.Contains(last);

    private static bool IsIdentifier(string part) =>
        part.Length > 0 && !Keywords.Contains(part) && (char.IsLetter(part[0]) || part[0] == '_') && part.All(IsPart);

    private static bool IsPart(char c) => char.GetUnicodeCategory(c) is
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or
        UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation or
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
