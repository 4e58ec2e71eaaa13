using System.IO.Compression;
using System.Reflection.PortableExecutable;
using System.Text.Json;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

public sealed class PackageLayout
{
    private const string Program = "tools/net10.0/any/";

    [Fact]
    public void The_Build_Package_Holds_Targets_Task_And_Tool_For_Every_Platform() => Files("ModelOptimizer.Build").ShouldBeApproved();

    [Fact]
    public void The_Tool_Package_Holds_The_Tool_For_Every_Platform() => Files("ModelOptimizer.Tool").ShouldBeApproved();

    [Fact]
    public void The_Template_Package_Holds_The_Sample_And_A_Manifest() => Files("ModelOptimizer.Templates").ShouldBeApproved();

    [Fact]
    public void The_Build_Package_Is_A_Development_Dependency_That_Depends_On_Nothing()
    {
        using var package = Open("ModelOptimizer.Build");
        var nuspec = Text(package, "ModelOptimizer.Build.nuspec");

        nuspec.ShouldContain("<developmentDependency>true</developmentDependency>");
        nuspec.ShouldNotContain("<dependency ");
    }

    [Theory]
    [InlineData("ModelOptimizer.Build")]
    [InlineData("ModelOptimizer.Tool")]
    [InlineData("ModelOptimizer.Templates")]
    public void A_Package_Has_A_Readme_Of_Its_Own_An_Icon_And_A_Licence(string id)
    {
        using var package = Open(id);

        var nuspec = Text(package, $"{id}.nuspec");
        nuspec.ShouldContain("<license type=\"expression\">MIT</license>");
        nuspec.ShouldContain("<icon>icon.png</icon>");
        nuspec.ShouldContain("<readme>README.md</readme>");
        var readme = Text(package, "README.md");
        readme.ShouldStartWith($"# {id}\n");
        readme.ShouldContain("## First manifest\n\nPut a `modelopt.yaml` into your project's folder:");
        readme.ShouldContain("- method: auto");
    }

    [Theory]
    [InlineData("ModelOptimizer.Build")]
    [InlineData("ModelOptimizer.Tool")]
    public void Every_Library_Of_Others_Is_In_The_Notices(string id)
    {
        using var package = Open(id);
        var notices = Text(package, Program + "THIRD-PARTY-NOTICES.txt");

        var others = package
            .Entries.Where(entry =>
                entry.FullName.StartsWith(Program, StringComparison.Ordinal)
                && Path.GetExtension(entry.Name) == ".dll"
                && !IsOurs(entry)
                && !entry.FullName.Contains("/native/", StringComparison.Ordinal)
            )
            .ToList();

        others.ShouldNotBeEmpty();
        others.ShouldAllBe(entry => notices.Contains($"\n{Path.GetFileNameWithoutExtension(entry.Name)} ", StringComparison.Ordinal));
        notices.ShouldContain("Copyright (c) Antoine Aubry");
        notices.ShouldContain("Permission is hereby granted, free of charge");
    }

    [Theory]
    [InlineData("ModelOptimizer.Build")]
    [InlineData("ModelOptimizer.Tool")]
    public void Symbols_Lie_Inside_The_Assemblies_And_Name_No_Folder_Of_The_Machine_That_Packed(string id)
    {
        using var package = Open(id);

        foreach (var entry in package.Entries.Where(IsOurs))
        {
            Sources(entry).ShouldNotBeEmpty(entry.FullName);
            Sources(entry).ShouldAllBe(source => source.StartsWith("/_/", StringComparison.Ordinal), entry.FullName);
        }
    }

    [Theory]
    [InlineData("ModelOptimizer.Build")]
    [InlineData("ModelOptimizer.Tool")]
    public void The_Host_Is_Told_Of_Every_Library_That_Is_Compiled_Ahead(string id)
    {
        const string Ahead = "runtimes/linux-x64/lib/net10.0/";
        using var package = Open(id);
        var compiled = package.Entries.Where(entry => entry.FullName.StartsWith(Program + Ahead, StringComparison.Ordinal)).ToList();
        using var dependencies = JsonDocument.Parse(Text(package, Program + "modelopt.deps.json"));

        var told = dependencies.RootElement.GetProperty("targets").EnumerateObject().Single().Value.EnumerateObject()
            .SelectMany(library => library.Value.TryGetProperty("runtimeTargets", out var targets) ? targets.EnumerateObject().ToArray() : [])
            .Where(target => target.Value.GetProperty("assetType").GetString() == "runtime")
            .Select(target => (target.Name, Platform: target.Value.GetProperty("rid").GetString()));

        told.ShouldBe(compiled.Select(entry => (entry.FullName[Program.Length..], (string?)"linux-x64")), ignoreOrder: true);
        compiled.ShouldAllBe(entry => package.GetEntry(Program + entry.Name) != null);
        compiled.Select(HasMachineCode).ShouldAllBe(has => has);
    }

    private static bool HasMachineCode(ZipArchiveEntry entry)
    {
        using var assembly = Assembly(entry);
        return assembly.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
    }

    private static PEReader Assembly(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        buffer.Position = 0;
        return new PEReader(buffer);
    }

    private static bool IsOurs(ZipArchiveEntry entry) =>
        Path.GetExtension(entry.Name) == ".dll" && (entry.Name.StartsWith("ModelOptimizer.", StringComparison.Ordinal) || entry.Name == "modelopt.dll");

    private static List<string> Sources(ZipArchiveEntry entry)
    {
        using var assembly = Assembly(entry);
        var debug = assembly.ReadDebugDirectory();
        using var symbols = assembly.ReadEmbeddedPortablePdbDebugDirectoryData(debug.Single(part => part.Type == DebugDirectoryEntryType.EmbeddedPortablePdb));
        var reader = symbols.GetMetadataReader();
        return [.. reader.Documents.Select(document => reader.GetString(reader.GetDocument(document).Name))];
    }

    private static string Text(ZipArchive package, string file)
    {
        using var reader = new StreamReader(package.GetEntry(file)!.Open());
        return reader.ReadToEnd();
    }

    private static string Files(string id)
    {
        using var package = Open(id);
        var files = package
            .Entries.Select(entry => entry.FullName)
            .Where(name => !name.StartsWith("package/", StringComparison.Ordinal) && !name.StartsWith("_rels/", StringComparison.Ordinal));
        return string.Join('\n', files.Order(StringComparer.Ordinal));
    }

    private static ZipArchive Open(string id) => ZipFile.OpenRead(Path.Combine(Packages.Feed, $"{id}.{Packages.Version}.nupkg"));
}
