using ModelOptimizer.Pipeline.Initialization;
using ModelOptimizer.Tool.Output;

namespace ModelOptimizer.Tool.Views;

/// <summary>What <c>init</c> did, for people.</summary>
internal static class InitView
{
    public static void Write(Terminal terminal, InitResult result)
    {
        terminal.Out.WriteLine($"Wrote {string.Join(", ", result.Written)}.");
        List(terminal, "Guessed:", result.Guessed);
        List(terminal, "Check:", result.Check);
        terminal.Out.WriteLine("Next: modelopt compress");
    }

    private static void List(Terminal terminal, string title, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0)
        {
            return;
        }

        terminal.Out.WriteLine(title);
        foreach (var line in lines)
        {
            terminal.Out.WriteLine($"  {line}");
        }
    }
}
