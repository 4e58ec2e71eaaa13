using System.Text;

namespace ModelOptimizer.Build;

/// <summary>Builds the argument string of a process; netstandard2.0 has no argument list.</summary>
internal static class CommandLine
{
    /// <summary>The arguments quoted so that the C runtime and .NET split them as they were.</summary>
    public static string Join(params string[] arguments) => string.Join(" ", arguments.Select(Quote));

    private static string Quote(string argument)
    {
        if (argument.Length > 0 && !argument.Any(c => char.IsWhiteSpace(c) || c == '"'))
        {
            return argument;
        }

        var quoted = new StringBuilder("\"");
        var backslashes = 0;
        foreach (var c in argument)
        {
            if (c == '"')
            {
                // Backslashes before a quote count double, and the quote itself needs one.
                quoted.Append('\\', backslashes + 1);
            }

            backslashes = c == '\\' ? backslashes + 1 : 0;
            quoted.Append(c);
        }

        return quoted.Append('\\', backslashes).Append('"').ToString();
    }
}
