namespace ModelOptimizer.EndToEnd.Tests.Infrastructure;

/// <summary>A project that does something with others, so that one start of <c>dotnet</c> does for all of them.</summary>
internal static class Traversal
{
    private const string BeginOf = "Begin of member ";
    private const string EndOf = "End of member ";

    /// <summary>Writes it.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="target">The target that <c>dotnet</c> asks for.</param>
    /// <param name="targets">What each of the others is asked for, one after the other, also when one fails.</param>
    /// <param name="members">The others.</param>
    /// <returns>The file.</returns>
    public static string Write(string path, string target, string targets, IEnumerable<string> members)
    {
        var all = string.Join(';', members);
        File.WriteAllText(path, $"""
            <Project DefaultTargets="{target}">
              <PropertyGroup>
                <!-- One restore for all. -->
                <RestoreGraphProjectInput>{all}</RestoreGraphProjectInput>
              </PropertyGroup>
              <ItemGroup>
                <Member Include="{all}" />
              </ItemGroup>
              <Import Project="$(MSBuildToolsPath)/NuGet.targets" />
              <Target Name="{target}" Outputs="%(Member.Identity)">
                <Message Importance="high" Text="{BeginOf}%(Member.Identity)" />
                <MSBuild Projects="%(Member.Identity)" Targets="{targets}" ContinueOnError="ErrorAndContinue" />
                <Message Importance="high" Text="{EndOf}%(Member.Identity): $(MSBuildLastTaskResult)" />
              </Target>
            </Project>
            """);
        return path;
    }

    /// <summary>How it went for one of them: what was logged meanwhile on one node, and before, in the restore, about it.</summary>
    public static Outcome Of(string member, Outcome all)
    {
        var (begin, end) = ($"{BeginOf}{member}\n", $"{EndOf}{member}: ");
        var output = all.Output.ReplaceLineEndings("\n");
        var (from, to) = (output.IndexOf(begin, StringComparison.Ordinal), output.IndexOf(end, StringComparison.Ordinal));
        if (from < 0 || to < from)
        {
            return new Outcome(1, $"{member} was not built:\n{output[^Math.Min(output.Length, 20_000)..]}");
        }

        var restore = output[..output.IndexOf(BeginOf, StringComparison.Ordinal)].Split('\n');
        var about = restore
            .Where(line => line.Contains(member, StringComparison.Ordinal))
            .Where(line => line.Contains(": warning ", StringComparison.Ordinal) || line.Contains(": error ", StringComparison.Ordinal));
        var succeeded = string.CompareOrdinal(output, to + end.Length, "true", 0, 4) == 0;
        return new Outcome(succeeded ? 0 : 1, string.Join('\n', about) + output[from..to]);
    }
}
