using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Reports;

public class MarkdownReportTests
{
    [Fact]
    public void Searched_model_is_as_approved() => Markdown(SampleReports.Searched).ShouldBeApproved();

    [Fact]
    public void Failed_model_is_as_approved() => Markdown(SampleReports.Small).ShouldBeApproved();

    [Fact]
    public void Empty_model_has_a_report() => Markdown(SampleReports.Empty).ShouldBeApproved();

    [Fact]
    public void Names_are_only_names()
    {
        var layer = new LayerOutcome { Layer = "a|b*c_d`e<script>&\n# [x](y)", ParametersBefore = 4, ParametersAfter = 2 };
        var report = SampleReports.Small with { Name = "**m**", Steps = [new StepReport("tucker", [layer], [], [])] };

        var text = Markdown(report);

        text.ShouldStartWith("## ❌ \\*\\*m\\*\\*: ");
        text.ShouldContain("| a\\|b\\*c\\_d\\`e&lt;script&gt;&amp; \\# \\[x\\](y) |");
    }

    [Fact]
    public void Every_row_of_a_table_has_as_many_cells_as_its_head()
    {
        var tables = Markdown(SampleReports.Searched).Replace("\\|", "", StringComparison.Ordinal).Split("\n\n").Where(block => block.StartsWith('|')).ToList();

        tables.Count.ShouldBe(7);
        tables.ShouldAllBe(table => table.TrimEnd('\n').Split('\n').Select(row => row.Count(c => c == '|')).Distinct().Count() == 1);
    }

    private static string Markdown(ModelReport report) => MarkdownReport.Of(SampleReports.Document(report));
}
