using ModelOptimizer.Tool.Views;
using Spectre.Console;

namespace ModelOptimizer.Tool.Tests.Progress;

public class LineAboveTests
{
    [Fact]
    public void A_line_that_wraps_first_erases_the_bars_it_goes_over()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = AnsiSupport.Yes,
                ColorSystem = ColorSystemSupport.NoColors,
                Out = new AnsiConsoleOutput(writer),
            }
        );
        console.Profile.Width = 20;

        console.Write(new LineAbove("[brackets] and more than fits"));

        writer.ToString().ReplaceLineEndings("\n").ShouldBe("\u001b[J[brackets] and more \nthan fits\n");
    }
}
