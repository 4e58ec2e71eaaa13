using System.Globalization;
using System.Text;

namespace ModelOptimizer.Tool.Output;

/// <summary>Text with its control characters made visible. Names come from models, and a terminal does what such characters say.</summary>
internal static class Visible
{
    /// <summary><paramref name="text"/> with <c>\u001B</c> for an escape, and so on; lines and tabs stay if <paramref name="lines"/> may.</summary>
    public static string Of(string text, bool lines = false)
    {
        if (!text.Any(letter => IsHidden(letter, lines)))
        {
            return text;
        }

        var visible = new StringBuilder(text.Length + 16);
        foreach (var letter in text)
        {
            visible.Append(IsHidden(letter, lines) ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:X4}") : letter.ToString());
        }

        return visible.ToString();
    }

    // Marks that turn the direction of the text around show names that are not there.
    private static bool IsHidden(char letter, bool lines) => letter is '\n' or '\r' or '\t'
        ? !lines
        : char.IsControl(letter) || letter is (>= '\u200E' and <= '\u200F') or (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}

/// <summary>Writes plain text with its control characters made visible.</summary>
/// <param name="inner">Where to.</param>
/// <param name="mayFail">Whether the text is lost where it cannot be written: a full or closed error stream is no reason to end a run.</param>
internal sealed class VisibleWriter(TextWriter inner, bool mayFail = false) : TextWriter
{
    /// <summary>The writer behind, for those who make control characters of their own.</summary>
    public TextWriter Inner => inner;

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value) => Try(() => inner.Write(Visible.Of(value ?? "", lines: true)));

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void WriteLine(string? value) => Try(() => inner.WriteLine(Visible.Of(value ?? "", lines: true)));

    public override void Flush() => Try(inner.Flush);

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (mayFail && exception is (IOException or UnauthorizedAccessException))
        {
            // What would tell of it cannot be written either.
        }
    }
}
