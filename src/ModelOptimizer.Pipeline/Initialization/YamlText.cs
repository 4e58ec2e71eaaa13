using System.Text.RegularExpressions;

namespace ModelOptimizer.Pipeline.Initialization;

/// <summary>Texts as YAML writes them.</summary>
internal static partial class YamlText
{
    /// <summary>The text as it is where that is safe, and in quotation marks elsewhere.</summary>
    public static string Of(string text) => Plain().IsMatch(text) && text is not ("true" or "false" or "null" or "yes" or "no" or "on" or "off")
        ? text
        : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_./-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
