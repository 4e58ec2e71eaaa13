using System.Text;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Options;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Manifest;

/// <summary>Every manifest under Errors.</summary>
public sealed class ManifestErrors
{
    [Theory]
    [MemberData(nameof(Groups))]
    public void Are_Reported_Where_They_Are(string group)
    {
        var report = new StringBuilder();
        foreach (var (title, yaml) in WrongManifests.Of(group))
        {
            report.Append($"=== {title}\n{Error(yaml)}\n\n");
        }

        report.ToString().ShouldBeApproved(group);
    }

    [Fact]
    public void Have_Every_Code_Among_These_Cases()
    {
        var reported = string.Concat(Directory.GetFiles(Folder(), "ManifestErrors.*.verified.txt").Select(File.ReadAllText));
        var codes = typeof(ManifestCodes)
            .GetFields()
            .Concat(typeof(KeyCodes).GetFields())
            .Select(field => (string)field.GetValue(null)!)
            .Where(code => string.CompareOrdinal(code, "MOC1100") < 0);

        codes.Where(code => !reported.Contains($"error {code}: ", StringComparison.Ordinal)).ShouldBe([ManifestCodes.Unreadable]);
    }

    [Fact]
    public void Say_Where_A_Manifest_Was_Looked_For_When_There_Is_None()
    {
        using var folder = new TempFolder();

        var error = Should.Throw<DiagnosticException>(() => ManifestReader.Read(folder["missing.yaml"])).Diagnostic;

        error.ToString().Replace(folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal)
            .ShouldBe("error MOC1001: There is no manifest missing.yaml. Name the manifest, or write a first one with 'modelopt init model.onnx'.");
    }

    [Theory]
    [InlineData("/")]
    [InlineData(".")]
    [InlineData("out/")]
    public void Say_That_A_Folder_Is_No_Output(string output)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["m.onnx"], "");
        var manifest = $"version: 1\nmodels: {{ m: {{ source: m.onnx, output: {output}, compress: [{{ method: tucker, ranks: 4 }}] }} }}\n";
        File.WriteAllText(folder["modelopt.yaml"], manifest);

        var error = Should.Throw<DiagnosticException>(() => ManifestReader.Read(folder["modelopt.yaml"])).Diagnostic;

        (error.Code, error.Message).ShouldBe((KeyCodes.BadValue, $"'output' must be a file, and '{output}' is a folder: name a file in it."));
    }

    [Fact]
    public void Say_That_A_Folder_Is_No_Manifest()
    {
        using var folder = new TempFolder();

        Should.Throw<DiagnosticException>(() => ManifestReader.Read(folder.Path)).Diagnostic.Code.ShouldBe(ManifestCodes.Unreadable);
    }

    [Fact]
    public void Say_That_Text_Is_Not_Utf8()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["modelopt.yaml"], [0x76, 0xE9, 0xE9, 0x0A]);

        Should.Throw<DiagnosticException>(() => ManifestReader.Read(folder["modelopt.yaml"])).Diagnostic.Message.ShouldContain("UTF-8");
    }

    [Fact]
    public void Stop_At_Nesting_That_Would_Overflow_The_Stack()
    {
        using var folder = new ManifestFolder();

        var error = Should.Throw<DiagnosticException>(() => folder.Read("version: 1\nseed: " + new string('[', 100_000))).Diagnostic;

        error.Code.ShouldBe(ManifestCodes.Malformed);
    }

    public static TheoryData<string> Groups() => [.. WrongManifests.Groups];

    private static string Error(string yaml)
    {
        using var folder = new ManifestFolder();
        try
        {
            folder.Read(yaml);
            return "no error";
        }
        catch (DiagnosticException exception)
        {
            return exception.Diagnostic.ToString().Replace(folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
        }
    }

    private static string Folder([System.Runtime.CompilerServices.CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
