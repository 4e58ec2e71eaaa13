using System.Text.RegularExpressions;

namespace ModelOptimizer.Pipeline.Plan;

/// <summary>Names in C#.</summary>
internal static partial class CSharpName
{
    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal", "default", "delegate",
        "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach", "goto", "if", "implicit", "in",
        "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null", "object", "operator", "out", "override", "params", "private",
        "protected", "public", "readonly", "ref", "return", "sbyte", "sealed", "short", "sizeof", "stackalloc", "static", "string", "struct", "switch", "this",
        "throw", "true", "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort", "using", "virtual", "void", "volatile", "while",
    };

    /// <summary>Whether <paramref name="text"/> is a name without dots that needs no <c>@</c>.</summary>
    public static bool IsIdentifier(string text) => Identifier().IsMatch(text) && !Keywords.Contains(text);

    /// <summary>
    /// A namespace of what a project calls its own, as the SDK's templates make one: <c>my-app</c> becomes <c>my_app</c>, <c>1st.App</c> becomes
    /// <c>_1st.App</c>. Empty for an empty text.
    /// </summary>
    public static string Namespace(string text) => string.Join('.', text.Split('.', StringSplitOptions.RemoveEmptyEntries).Select(part =>
    {
        var letters = Other().Replace(part, "_");
        return Keywords.Contains(letters) ? "@" + letters : Identifier().IsMatch(letters) ? letters : "_" + letters;
    }));

    [GeneratedRegex(@"^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Identifier();

    [GeneratedRegex(@"[^\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}]", RegexOptions.CultureInvariant)]
    private static partial Regex Other();
}
