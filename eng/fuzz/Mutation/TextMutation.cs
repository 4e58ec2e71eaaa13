using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ModelOptimizer.Fuzz.Mutation;

/// <summary>Changes words, signs and lines of a text: YAML, a table, the header of an array.</summary>
internal static partial class TextMutation
{
    private static readonly string[] Signs =
    [
        "null", "~", "[]", "{}", "''", "\"\"", "[", "]", "{", "}", ":", ": ", "-", "- ", ",", "#", "|", ">", "&a ", "*a", "!x ", "<<: ", "%", "---\n", "...\n", "\t",
        "\r\n", "? ", "@", "`", "\"", "'", "\\", "0x10", "1e308", "-1e308", ".inf", ".nan", "NaN", "1e-400", "0", "-0", "-1", "100%", "0%", "-5%", "1e99%",
        "99999999999999999999999999", "2147483648", "9223372036854775808", "1/0", "0/0", "1e400 MB", "5 KiB", "0 KB", "yes", "2024-01-01", "re:(", "re:(a+)+$", "type:",
        "1,5", "\u2028", "\u0085", "\uFEFF",
    ];

    public static byte[] Mutate(byte[] content, Random random)
    {
        // Bytes that are no text are letters too.
        var text = Encoding.Latin1.GetString(content);
        return Encoding.Latin1.GetBytes(random.Next(5) == 0 ? Lines(text, random) : Words(text, random));
    }

    private static string Words(string text, Random random)
    {
        // Long arrays have no words to look for.
        var all = Word().Matches(text[..Math.Min(text.Length, 1 << 14)]);
        // Few changes of signs leave something that can be read on.
        var words = random.Next(5) == 0 ? all.ToList() : all.Where(word => char.IsAsciiLetterOrDigit(word.Value[^1])).ToList();
        if (words.Count == 0)
        {
            return text;
        }

        var word = words[random.Next(words.Count)];
        var other = words[random.Next(words.Count)].Value;
        var put = random.Next(12) switch
        {
            0 => "",
            1 => word.Value + word.Value,
            < 5 => other,
            < 7 => Utf8(Values.Names[random.Next(Values.Names.Length)]),
            < 9 => Values.Whole[random.Next(Values.Whole.Length)].ToString(CultureInfo.InvariantCulture),
            < 11 => Values.Real[random.Next(Values.Real.Length)].ToString(CultureInfo.InvariantCulture),
            _ => Utf8(Signs[random.Next(Signs.Length)]),
        };
        return text[..word.Index] + put + text[(word.Index + word.Length)..];
    }

    private static string Lines(string text, Random random)
    {
        List<string> lines = [.. text.Split('\n')];
        var at = random.Next(lines.Count);
        switch (random.Next(7))
        {
            case 0:
                lines.RemoveAt(at);
                break;
            case 1:
                lines.Insert(at, lines[random.Next(lines.Count)]);
                break;
            case 2:
                var other = random.Next(lines.Count);
                (lines[at], lines[other]) = (lines[other], lines[at]);
                break;
            case 3:
                lines[at] = new string(' ', random.Next(6)) + lines[at];
                break;
            case 4:
                lines[at] = lines[at].TrimStart();
                break;
            case 5:
                lines[at] += string.Concat(Enumerable.Repeat(random.Next(2) == 0 ? "[" : " { a: ", random.Next(200)));
                break;
            default:
                lines[at] += Utf8(Signs[random.Next(Signs.Length)]);
                break;
        }

        return string.Join('\n', lines);
    }

    private static string Utf8(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    [GeneratedRegex(@"[A-Za-z0-9_./%+-]+|[^A-Za-z0-9_\s]")]
    private static partial Regex Word();
}
