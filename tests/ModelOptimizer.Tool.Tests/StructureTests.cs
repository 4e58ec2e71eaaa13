using System.Text.RegularExpressions;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests;

/// <summary>What <c>docs/architecture.md</c> says of folders, names and files, so that it stays true.</summary>
public partial class StructureTests
{
    private static readonly SourceTree Tree = new(Repository.Root);

    [Fact]
    public void No_folder_of_a_project_depends_on_one_that_depends_on_it() => Tree.Projects.SelectMany(project => project.Cycles()).ShouldBeEmpty();

    [Fact]
    public void A_name_is_the_name_of_one_type() => Tree.DoubleNames.ShouldBeEmpty();

    [Fact]
    public void A_folder_can_be_read_at_a_glance() => Tree.CrowdedFolders.ShouldBeEmpty();

    [Fact]
    public void A_project_with_folders_has_no_sources_beside_them() => Tree.SourcesInRoots.ShouldBeEmpty();

    [Fact]
    public void Lines_fit_a_screen() => Tree.LongLines.ShouldBeEmpty();

    // The task shares no code with the tool but the contract.
    [Fact]
    public void There_is_one_way_to_the_disk() =>
        Tree.Projects.Where(project => project.Name != "ModelOptimizer.Build").SelectMany(project => project.Files)
            .Where(file => Path.GetFileName(file.Path) != "Disk.cs" && file.Lines.Any(OpensOrChanges().IsMatch))
            .Select(file => file.Path)
            .ShouldBeEmpty();

    [GeneratedRegex(@"\b(File|Directory)\.(Append|Copy|Create|Delete|Move|Open|ReadA|ReadL|Replace|Set|Write)|new FileStream\(|ZipFile\.")]
    private static partial Regex OpensOrChanges();

    [Fact]
    public void A_cycle_is_found()
    {
        using var folder = new TempFolder();
        Write("src/P/Low/A.cs", "namespace P.Low;\npublic class A { }\n");
        Write("src/P/High/B.cs", "using P.Low;\nnamespace P.High;\npublic class B : A { }\n");
        new SourceTree(folder.Path).Projects.SelectMany(project => project.Cycles()).ShouldBeEmpty();

        Write("src/P/Low/A.cs", "namespace P.Low;\n// B in a comment is none\npublic class A { public string Name => \"B\"; }\n");
        new SourceTree(folder.Path).Projects.SelectMany(project => project.Cycles()).ShouldBeEmpty();

        Write("src/P/Low/A.cs", "using P.High;\nnamespace P.Low;\npublic class A { public B? Back { get; } }\n");
        new SourceTree(folder.Path)
            .Projects.SelectMany(project => project.Cycles())
            .ShouldBe(["P: High -> Low (B.cs mentions A)", "P: Low -> High (A.cs mentions B)"]);

        void Write(string name, string text)
        {
            var path = System.IO.Path.Combine(folder.Path, name);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            File.WriteAllText(System.IO.Path.Combine(folder.Path, "src", "Directory.Build.props"), "<Project />");
            File.WriteAllText(path, text);
        }
    }
}
