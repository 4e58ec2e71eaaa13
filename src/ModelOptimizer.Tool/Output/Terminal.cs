using System.Collections;
using System.Globalization;
using System.Text;
using ModelOptimizer.Pipeline.Caching;
using Spectre.Console;

namespace ModelOptimizer.Tool.Output;

/// <summary>
/// Everything a command knows of the world it was started in. Results go to <see cref="Out"/>, progress and diagnostics to <see cref="Error"/>.
/// </summary>
internal sealed record Terminal
{
    // Where lines end in a file or a pipe matters to nobody, but long names should stay whole for grep.
    private const int WidthOfFiles = 160;

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public required string CurrentDirectory { get; init; }

    /// <summary>What the environment variable <c>ModelOptimizerCache</c> says, which is a property in builds; null when it says nothing.</summary>
    public string? CacheVariable { get; init; }

    /// <summary>Columns of <see cref="Out"/>.</summary>
    public int Width { get; init; } = WidthOfFiles;

    /// <summary>Whether <see cref="Out"/> shows colours.</summary>
    public bool Colour { get; init; }

    /// <summary>Whether somebody watches <see cref="Error"/>, so that bars can move there.</summary>
    public bool Live { get; init; }

    /// <summary>The process's own terminal.</summary>
    public static Terminal OfProcess()
    {
        var plain = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) || Environment.GetEnvironmentVariable("TERM") == "dumb";
        return new Terminal
        {
            Out = new VisibleWriter(Console.Out),
            Error = new VisibleWriter(Console.Error, mayFail: true),
            CurrentDirectory = Environment.CurrentDirectory,
            CacheVariable = Variable("ModelOptimizerCache"),
            Width = ProcessWidth(),
            Colour = !plain && !Console.IsOutputRedirected,
            Live = !plain && !Console.IsErrorRedirected && !Console.IsOutputRedirected,
        };
    }

    /// <summary>The cache's folder: what an option says, else the environment variable, else the user's. Empty says nothing.</summary>
    public string CacheDirectory(string? option) =>
        new[] { option, CacheVariable }.FirstOrDefault(folder => !string.IsNullOrEmpty(folder)) is { } given
            ? Path.GetFullPath(given, CurrentDirectory)
            : CacheFolder.Default;

    /// <summary>A console for tables.</summary>
    public IAnsiConsole Tables() => Ansi(Out, Colour, Width);

    /// <summary>A console for moving bars.</summary>
    public IAnsiConsole Bars() => Ansi(Error, Live, Width);

    private static IAnsiConsole Ansi(TextWriter writer, bool ansi, int width)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = ansi ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = ansi ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = ansi ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(!ansi ? new TrimmedWriter(writer) : writer is VisibleWriter visible ? visible.Inner : writer),
        });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        return console;
    }

    // As properties of MSBuild, to which these variables are the same: in any case. Azure Pipelines hands its variables to scripts in capitals.
    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) ?? Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>().FirstOrDefault(variable => string.Equals((string)variable.Key, name, StringComparison.OrdinalIgnoreCase)).Value as string;

    private static int ProcessWidth()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && columns >= 40)
        {
            return columns;
        }

        try
        {
            return Console.IsOutputRedirected ? WidthOfFiles : Math.Max(40, Console.WindowWidth);
        }
        catch (IOException)
        {
            return 80;
        }
    }
}

/// <summary>Drops the spaces that tables pad their lines with: they only make logs wide.</summary>
internal sealed class TrimmedWriter(TextWriter inner) : TextWriter
{
    private int _spaces;

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value)
    {
        if (value == ' ')
        {
            _spaces++;
            return;
        }

        if (value is not ('\n' or '\r'))
        {
            inner.Write(new string(' ', _spaces));
        }

        _spaces = 0;
        inner.Write(value);
    }

    public override void Flush() => inner.Flush();
}
