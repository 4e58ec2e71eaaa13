using System.Text.Json;
using ModelOptimizer.Build;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Build;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Pipeline.Tests.Build;
using ModelOptimizer.Pipeline.Tests.Running;

namespace ModelOptimizer.Pipeline.Tests.Reports;

public class ReportFilesTests
{
    private const string Passes = "params: { max: 60% }";
    private const string Fails = "cosine: { min: 100% }";

    [Fact]
    public void Reports_lie_beside_the_output_and_say_where_it_is()
    {
        using var project = new SmallProject(Passes);

        var report = project.Run().Models.ShouldHaveSingleItem();

        report.ReportFile.ShouldBe(Beside(project, "html"));
        var model = Json(project).GetProperty("model");
        model.GetProperty("output").GetString().ShouldBe("out/small/model.onnx");
        model.GetProperty("report").GetString().ShouldBe("out/small/model.report.html");
        model.GetProperty("verdict").GetString().ShouldBe("passed");
        model.GetProperty("evaluatedOn").GetProperty("dataset").GetString().ShouldBe("test");
        File.ReadAllText(Beside(project, "md")).ShouldStartWith("## ✅ small: ");
        File.ReadAllText(Beside(project, "html")).ShouldStartWith("<!DOCTYPE html>\n");
    }

    [Fact]
    public void A_failed_gate_has_a_report_and_no_model()
    {
        using var project = new SmallProject(Fails);

        project.Run().ExitCode.ShouldBe(1);

        File.Exists(project.Output).ShouldBeFalse();
        var model = Json(project).GetProperty("model");
        model.GetProperty("verdict").GetString().ShouldBe("failed");
        model.GetProperty("output").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public void Two_checkouts_have_the_same_reports_and_a_second_run_leaves_the_files_alone()
    {
        using var one = new SmallProject(Passes);
        using var other = new SmallProject(Passes);
        one.Run(cached: true);
        other.Run();
        var written = Stamps(one);

        one.Run(cached: true).Models.Single().FromCache.ShouldBe(true);

        Stamps(one).ShouldBe(written);
        foreach (var extension in new[] { "json", "md", "html" })
        {
            File.ReadAllText(Beside(one, extension)).ShouldBe(File.ReadAllText(Beside(other, extension)));
        }
    }

    [Fact]
    public void Verify_leaves_an_unchanged_report_as_it_is_steps_included()
    {
        using var project = new SmallProject(Passes);
        project.Run();
        var before = File.ReadAllText(Beside(project, "json"));

        project.Run(verify: true).ExitCode.ShouldBe(0);

        File.ReadAllText(Beside(project, "json")).ShouldBe(before);
    }

    [Fact]
    public void A_report_that_cannot_be_written_is_a_warning_and_the_model_is_there()
    {
        using var project = new SmallProject(Passes);
        Directory.CreateDirectory(Beside(project, "json"));

        var result = project.Run();

        result.ExitCode.ShouldBe(0);
        var warning = result.Diagnostics.Single(diagnostic => diagnostic.Code == RunCodes.ReportNotWritable);
        warning.Severity.ShouldBe(DiagnosticSeverity.Warning);
        result.Models.Single().ReportFile.ShouldBeNull();
        File.Exists(project.Output).ShouldBeTrue();
    }

    [Fact]
    public void A_failed_build_leaves_only_reports_and_says_where()
    {
        using var project = new SmallProject(Fails);
        var log = new ListLog();

        Build(project, log).ShouldBe(ExitCode.GateFailed);

        Directory.EnumerateFiles(Path.GetDirectoryName(project.Output)!).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(["model.report.html", "model.report.json", "model.report.md"]);
        log.Headlines.ShouldContain($"report: {Beside(project, "html")}");
        Json(project).GetProperty("model").GetProperty("report").GetString().ShouldBe("out/small/model.report.html");
    }

    [Fact]
    public void A_build_says_the_final_place_of_its_model_and_forgets_reports_of_models_that_are_gone()
    {
        using var project = new SmallProject(Passes);
        var gone = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(project.Output))!, "gone");
        Directory.CreateDirectory(gone);
        ReportFiles.Extensions.ToList().ForEach(extension => File.WriteAllText(Path.Combine(gone, "old" + extension), ""));

        Build(project, new ListLog()).ShouldBe(ExitCode.Passed);

        File.Exists(project.Output).ShouldBeTrue();
        Json(project).GetProperty("model").GetProperty("output").GetString().ShouldBe("out/small/model.onnx");
        Directory.Exists(gone).ShouldBeFalse();
    }

    [Fact]
    public void The_stylesheet_has_nothing_to_escape() => Stylesheet.Text.IndexOfAny(['<', '>', '&']).ShouldBe(-1);

    private static int Build(SmallProject project, ListLog log)
    {
        var request = new BuildRequest
        {
            Manifests = [project.Manifest],
            OutputDirectory = Path.GetDirectoryName(Path.GetDirectoryName(project.Output))!,
            CacheDirectory = project.Cache,
        };
        return new BuildSession(request, "1.0", log, CompressionRunner.Run, _ =>
            throw new InvalidOperationException("only for builds without compression")
        ).Run(default);
    }

    private static string Beside(SmallProject project, string extension) => Path.ChangeExtension(project.Output, ".report." + extension);

    private static JsonElement Json(SmallProject project) => JsonDocument.Parse(File.ReadAllText(Beside(project, "json"))).RootElement;

    private static List<DateTime> Stamps(SmallProject project) =>
        [.. new[] { "json", "md", "html" }.Select(extension => File.GetLastWriteTimeUtc(Beside(project, extension)))];
}
