using System.Text.Json;

namespace ModelOptimizer.Tool.Tests;

public sealed class SchemaCommandTests
{
    [Fact]
    public async Task The_schema_lies_in_the_current_folder_and_the_line_for_manifests_is_printed()
    {
        using var line = new CommandLine();

        (await line.Invoke("schema")).ShouldBe(ExitCode.Passed);

        Steps(File.ReadAllText(Path.Combine(line.Folder, "modelopt.schema.json"))).ShouldBe(["sample"]);
        line.Out.ShouldBe("Wrote modelopt.schema.json. The first line of a manifest beside it:\n# yaml-language-server: $schema=modelopt.schema.json\n");
    }

    [Fact]
    public async Task A_dash_prints_the_schema_and_nothing_else()
    {
        using var line = new CommandLine();

        (await line.Invoke("schema", "--output", "-")).ShouldBe(ExitCode.Passed);

        Steps(line.Out).ShouldBe(["sample"]);
        Directory.GetFiles(line.Folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_one_message()
    {
        using var line = new CommandLine();

        (await line.Invoke("schema", "--output", "no/where.json")).ShouldBe(ExitCode.Environment);

        line.Error.ShouldContain("MOC5121");
    }

    private static IEnumerable<string?> Steps(string schema) =>
        JsonDocument
            .Parse(schema)
            .RootElement.GetProperty("definitions")
            .GetProperty("step")
            .GetProperty("properties")
            .GetProperty("method")
            .GetProperty("enum")
            .EnumerateArray()
            .Select(name => name.GetString());
}
