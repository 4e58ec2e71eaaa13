using System.CommandLine;

namespace ModelOptimizer.Tool.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document and nothing else." };

    public static Option<string?> Cache() => new("--cache") { Description = "Folder of finished results [default: in the user's cache folder].", HelpName = "folder" };
}
