using System.Text;
using System.Text.RegularExpressions;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests;

/// <summary>The pages of errors, one for each code, and the list that is made from their headings.</summary>
internal static partial class ErrorPages
{
    /// <summary>The list, <c>docs/errors.md</c>.</summary>
    public static string ListFile { get; } = Path.Combine(Repository.Root, "docs", "errors.md");

    private const string Head = """
        # Errors and what to do

        <!-- Made from the first lines of the pages in docs/errors; CONTRIBUTING.md says how. -->

        Every message has a code, the place, what was expected, what was found and what to do. The command line prints `file(line,column): error CODE: text`; a build shows the same error at that line. Each code has a page with a message as you see it and what to do about it.

        Exit codes of `modelopt`: 0 passed, 1 a gate failed (`MOC4xxx`), 2 bad input (`MOC1xxx`, `MOC2xxx`, `MOC3xxx`), 3 environment (`MOC5xxx`), 4 internal (`MOC9xxx`), 130 cancelled. Warnings and notes do not change the exit code.

        """;

    // A code's first digit is its class.
    private static readonly Dictionary<char, string> Classes = new()
    {
        ['1'] = "Manifest",
        ['2'] = "Model",
        ['3'] = "Data",
        ['4'] = "Gates",
        ['5'] = "Device, runtime and build",
        ['9'] = "Internal",
    };

    /// <summary>Every page by its name, in the order of the codes: the code and the title of its heading, and the whole text.</summary>
    public static IReadOnlyList<(string Name, string Code, string Title, string Text)> All { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs", "errors")).Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>What the list should be.</summary>
    public static string List()
    {
        var text = new StringBuilder(Head);
        foreach (var pages in All.GroupBy(page => page.Code[3]))
        {
            text.Append($"\n## {Classes[pages.Key]}\n\n| code | what it means |\n| --- | --- |\n");
            text.AppendJoin("", pages.Select(page => $"| [{page.Code}](errors/{page.Name}) | {page.Title} |\n"));
        }

        return text.ToString();
    }

    private static (string Name, string Code, string Title, string Text) Read(string file)
    {
        var text = File.ReadAllText(file).ReplaceLineEndings("\n");
        var heading = Heading().Match(text);
        return (Path.GetFileName(file), heading.Groups["code"].Value, heading.Groups["title"].Value, text);
    }

    [GeneratedRegex(@"\A# (?<code>MOC\d{4}): (?<title>.*[^.\n])\n\n")]
    private static partial Regex Heading();
}
