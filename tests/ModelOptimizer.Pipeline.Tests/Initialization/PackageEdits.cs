using System.Text;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Initialization;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Initialization;

/// <summary>Only the new line differs, whatever the file looks like.</summary>
public sealed class PackageEdits : IDisposable
{
    private static readonly string Current = ToolIdentity.Version.Split('+')[0];
    private static readonly string Line = $"<PackageReference Include=\"ModelOptimizer.Build\" Version=\"{Current}\" PrivateAssets=\"all\" />";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(
        "<Project Sdk=\"Microsoft.NET.Sdk\">\n</Project>\n",
        "<Project Sdk=\"Microsoft.NET.Sdk\">\n  <ItemGroup>\n    LINE\n  </ItemGroup>\n</Project>\n"
    )]
    [InlineData("<Project>\r\n  <!-- why -->\r\n</Project>", "<Project>\r\n  <!-- why -->\r\n  <ItemGroup>\r\n    LINE\r\n  </ItemGroup>\r\n</Project>")]
    [InlineData(
        "\uFEFF<Project>\n\t<ItemGroup>\n\t\t<PackageReference Include='A'   Version='1' />\n\t</ItemGroup>\n</Project>\n",
        "\uFEFF<Project>\n\t<ItemGroup>\n\t\tLINE\n\t\t<PackageReference Include='A'   Version='1' />\n\t</ItemGroup>\n</Project>\n"
    )]
    [InlineData(
        "<Project>\n  <ItemGroup Condition=\"false\">\n    <PackageReference Include=\"A\" />\n  </ItemGroup>\n</Project>\n",
        "<Project>\n  <ItemGroup Condition=\"false\">\n    <PackageReference Include=\"A\" />\n  </ItemGroup>\n  <ItemGroup>\n    LINE\n  "
            + "</ItemGroup>\n</Project>\n"
    )]
    [InlineData(
        "<Project><ItemGroup><PackageReference Include=\"A\" /></ItemGroup></Project>",
        "<Project><ItemGroup>LINE<PackageReference Include=\"A\" /></ItemGroup></Project>"
    )]
    [InlineData(
        "\uFEFF<Project><ItemGroup><PackageReference Include=\"A\" /></ItemGroup></Project>",
        "\uFEFF<Project><ItemGroup>LINE<PackageReference Include=\"A\" /></ItemGroup></Project>"
    )]
    [InlineData(
        "<Project xmlns=\"http://schemas.microsoft.com/developer/msbuild/2003\">\n</Project>\n",
        "<Project xmlns=\"http://schemas.microsoft.com/developer/msbuild/2003\">\n  <ItemGroup>\n    LINE\n  </ItemGroup>\n</Project>\n"
    )]
    public void Add_One_Line(string before, string after)
    {
        var (path, text) = Add(before).ShouldHaveSingleItem();

        path.ShouldBe(_folder["App.csproj"]);
        text.ShouldBe(after.Replace("LINE", Line, StringComparison.Ordinal));
    }

    [Fact]
    public void Are_Not_Needed_Where_The_Package_Is()
    {
        Add("<Project><ItemGroup><PackageReference Include=\"modeloptimizer.build\" Version=\"0.0.1\" /></ItemGroup></Project>").ShouldBeEmpty();
    }

    [Fact]
    public void Put_The_Version_Where_All_Versions_Are()
    {
        const string Central =
            "<Project>\n  <PropertyGroup>\n    <ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally>\n  </PropertyGroup>\n  <ItemGroup>\n    "
                + "<PackageVersion Include=\"B\" Version=\"2\" />\n  </ItemGroup>\n</Project>\n";
        File.WriteAllText(_folder["Directory.Packages.props"], Central);

        var changes = Add("<Project>\n</Project>\n");

        changes.Select(change => Path.GetFileName(change.Path)).ShouldBe(["App.csproj", "Directory.Packages.props"]);
        changes[0].Text.ShouldContain("    <PackageReference Include=\"ModelOptimizer.Build\" PrivateAssets=\"all\" />\n");
        changes[1]
            .Text.ShouldBe(
                Central.Replace(
                    "    <PackageVersion",
                    $"    <PackageVersion Include=\"ModelOptimizer.Build\" Version=\"{Current}\" />\n    <PackageVersion",
                    StringComparison.Ordinal
                )
            );
    }

    [Fact]
    public void Keep_The_Version_In_A_Project_That_Opts_Out()
    {
        File.WriteAllText(
            _folder["Directory.Packages.props"],
            "<Project><PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally></PropertyGroup></Project>"
        );

        Add("<Project><PropertyGroup><ManagePackageVersionsCentrally>false</ManagePackageVersionsCentrally></PropertyGroup></Project>")
            .ShouldHaveSingleItem()
            .Text.ShouldContain(Line);
    }

    [Theory]
    [InlineData("<Project>")]
    [InlineData("<Project />")]
    public void Refuse_What_Is_No_Project(string text) => Should.Throw<DiagnosticException>(() => Add(text)).Diagnostic.Code.ShouldBe(InitCodes.BadProject);

    [Fact]
    public void Also_Download_The_Package_Of_A_Device_Once()
    {
        var runtime = new RuntimePackage("Some.Runtime", "1.30.0");

        var once = Add("<Project>\n</Project>\n", runtime).ShouldHaveSingleItem().Text;

        once.ShouldContain(Line);
        once.ShouldContain("  <ItemGroup>\n    <PackageDownload Include=\"Some.Runtime\" Version=\"[1.30.0]\" />\n  </ItemGroup>\n</Project>\n");
        Add(once, runtime).ShouldBeEmpty();
    }

    private List<(string Path, string Text)> Add(string project, RuntimePackage? runtime = null)
    {
        File.WriteAllBytes(_folder["App.csproj"], Encoding.UTF8.GetBytes(project));
        return
        [
            .. PackageReferences
                .Add(ProjectFile.In(_folder.Path)!, runtime, new InitNotes())
                .Select(change => (change.Path, Encoding.UTF8.GetString(change.Bytes))),
        ];
    }
}
