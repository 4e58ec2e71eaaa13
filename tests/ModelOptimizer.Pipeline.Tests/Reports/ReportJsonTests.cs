using System.Text;
using System.Text.Json;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Reports;

public class ReportJsonTests
{
    [Fact]
    public void Document_is_as_approved() => SampleReports.Document(SampleReports.Brief).ToJson().ShouldBeApproved();

    [Fact]
    public void Numbers_that_are_none_are_null()
    {
        var report = SampleReports.Small with
        {
            Metrics = [new MetricPair("top1", double.NaN, double.NaN, 0)],
            Gates =
            [
                SampleReports.Verdict(
                    "top1",
                    GateBound.MaxDrop,
                    0.01,
                    "1%",
                    GateOutcome.Undecided,
                    double.NaN,
                    (double.NegativeInfinity, double.PositiveInfinity),
                    ""
                ),
            ],
        };

        var model = JsonDocument.Parse(SampleReports.Document(report).ToJson()).RootElement.GetProperty("model");

        model.GetProperty("metrics")[0].GetProperty("compressed").ValueKind.ShouldBe(JsonValueKind.Null);
        var gate = model.GetProperty("gates")[0];
        new[] { "measured", "lower", "upper" }.ShouldAllBe(name => gate.GetProperty(name).ValueKind == JsonValueKind.Null);
        gate.GetProperty("confidence").GetDouble().ShouldBe(0.95);
    }

    [Fact]
    public void Paths_do_not_tell_where_the_checkout_lies()
    {
        var json = SampleReports.Document(SampleReports.Searched).ToJson();

        json.ShouldNotContain("/work");
        json.ShouldContain("\"source\": \"models/cifar_resnet20.onnx\"");
    }

    [Fact]
    public void Whether_it_came_from_the_cache_changes_nothing() =>
        SampleReports.Document(SampleReports.Small with { FromCache = true }).ToJson().ShouldBe(SampleReports.Document(SampleReports.Small).ToJson());

    [Fact]
    public void What_is_written_can_be_read()
    {
        var json = SampleReports.Document(SampleReports.Searched).ToJson();

        ReportDocument.Parse(Encoding.UTF8.GetBytes(json)).ShouldNotBeNull().ToJson().ShouldBe(json);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"version":2,"tool":"","manifest":"","model":null}""")]
    [InlineData("""{"version":1,"tool":"","manifest":"","model":{"name":"a"}}""")]
    public void What_is_no_report_is_none(string json) => ReportDocument.Parse(Encoding.UTF8.GetBytes(json)).ShouldBeNull();

    [Fact]
    public void Verify_keeps_how_the_same_output_came_to_be_and_nothing_of_another()
    {
        var earlier = SampleReports.Document(SampleReports.Searched);
        var measured = SampleReports.Searched with
        {
            Steps = [],
            Times = [],
            Search = null,
            Decisions = DecisionSource.Manifest,
            DecidedByTime = false,
            Metrics = [],
        };

        var same = SampleReports.Document(measured).WithOriginOf(earlier).Model;
        var other = SampleReports.Document(measured with { OutputSha256 = "ff" }).WithOriginOf(earlier).Model;

        (same.Steps.Count, same.Times.Count, same.Search!.Candidates.Count, same.Decisions, same.DecidedByTime).ShouldBe(
            (2, earlier.Model.Times.Count, 8, DecisionSource.Search, true)
        );
        same.Metrics.ShouldBeEmpty();
        (other.Steps.Count, other.Search).ShouldBe((0, null));
    }

    [Theory]
    [InlineData(GateOutcome.Passed, "error", "passed")]
    [InlineData(GateOutcome.Undecided, "error", "failed")]
    [InlineData(GateOutcome.NotMeasured, "warning", "passed with warnings")]
    internal void One_word_says_what_all_gates_say(GateOutcome outcome, string severity, string word)
    {
        var gate = SampleReports.Document(SampleReports.Small).Model.Gates[1];
        var changed = gate with { Severity = severity, Outcome = outcome };

        Verdicts.Of([gate, changed]).ShouldBe(word);
        Verdicts.Of([]).ShouldBe("no gates");
    }
}
