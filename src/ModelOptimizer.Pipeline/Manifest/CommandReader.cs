using ModelOptimizer.Pipeline.Manifest.Declarations.Keys;
using ModelOptimizer.Pipeline.Manifest.Yaml;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Reads <c>command:</c> and the keys that belong to it.</summary>
internal sealed class CommandReader(ManifestPaths paths)
{
    private const string Example = "[python, eval.py]";

    public CommandPlan Read(Node node, Section section)
    {
        var words = Words(node);
        return new CommandPlan
        {
            Words = words,
            Directory = paths.Directory,
            TimeoutSeconds = section.IntegerOrDefault(EvaluateKeys.Timeout),
            Files =
            [
                .. words.Where(IsFileOfTheProject).Select(word => Path.GetFullPath(word, paths.Directory))
                    .Concat(section[EvaluateKeys.Files]?.AsList("files", "[eval.py]").Items.Select(file => paths.Existing(file, "files")) ?? [])
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal),
            ],
        };
    }

    /// <summary>A single word is a program without arguments: nothing is split, since no shell takes part.</summary>
    private static List<string> Words(Node node)
    {
        if (node is not ListNode list)
        {
            var program = node.AsScalar("command", $"a program, or a list of a program and its arguments such as {Example}").Text;
            return program.Any(char.IsWhiteSpace)
                ? throw new DiagnosticException(ManifestCodes.WrongType, $"'command' expects a list of a program and its arguments such as {Example}, which no shell splits; found '{program}'.", node.Position)
                : [Program(node, program)];
        }

        var words = list.Items.Select(item => item.AsScalar("command", "words").Text).ToList();
        return words.Count == 0
            ? throw new DiagnosticException(ManifestCodes.MissingKey, $"'command' has no program. Write, for example, 'command: {Example}'.", node.Position)
            : [Program(list.Items[0], words[0]), .. words.Skip(1)];
    }

    private static string Program(Node node, string text) => string.IsNullOrWhiteSpace(text)
        ? throw new DiagnosticException(ManifestCodes.BadValue, "'command' is empty.", node.Position)
        : text;

    /// <summary>The script is an input of the build like the data. Programs of the machine, which differ from one to the next, are not.</summary>
    private bool IsFileOfTheProject(string word) =>
        word.Length > 0 && !Path.IsPathRooted(word) && File.Exists(Path.Combine(paths.Directory, word));
}
