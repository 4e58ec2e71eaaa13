namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

internal static class Failures
{
    private const string ImpossibleGate = "- size: { max: 1% }";

    private static readonly string Strict = Consumer.Manifest.Replace("- size: { max: 65% }", ImpossibleGate, StringComparison.Ordinal);

    public static IEnumerable<Step> A_Broken_Manifest_Is_An_Error_At_Its_Line_And_Column(Place place)
    {
        var app = place.Consumer();
        yield return Step.Build(app);

        var before = app.Embedded();
        var broken = Consumer.Manifest.Replace("budget:", "budgett:", StringComparison.Ordinal);
        app.Write("modelopt.yaml", broken);
        yield return Step.FailedBuild(app);

        var problem = place.Last.Problems.ShouldHaveSingleItem();
        problem.ShouldStartWith($"{app["modelopt.yaml"]}({LineOf("budgett", broken)},9): error MOC1");
        problem.ShouldContain("budget");
        app.Embedded().ShouldBe(before);

        app.Write("modelopt.yaml", Consumer.Manifest);
        yield return Step.Build(app);
        app.Run().ShouldBe($"Digits.onnx {before.Length} intact");
    }

    public static IEnumerable<Step> A_Failed_Gate_Fails_At_Its_Line_And_Leaves_The_Output_Until_It_Passes(Place place)
    {
        var app = place.Consumer();
        yield return Step.Build(app);

        var file = Directory.GetFiles(app["obj", "modelopt"], "*.onnx", SearchOption.AllDirectories).ShouldHaveSingleItem();
        var before = File.ReadAllBytes(file);
        app.Write("modelopt.yaml", Strict);
        yield return Step.FailedBuild(app);

        place.Last.ToolStarts.ShouldBe(1, place.Last.Output);
        var problem = place.Last.Problems.ShouldHaveSingleItem();
        problem.ShouldStartWith($"{app["modelopt.yaml"]}({LineOf(ImpossibleGate, Strict)},");
        problem.ShouldContain("error MOC4");
        File.ReadAllBytes(file).ShouldBe(before);

        app.Write("modelopt.yaml", Consumer.Manifest);
        yield return Step.Build(app);
        app.Run().ShouldBe($"Digits.onnx {before.Length} intact");
    }

    public static IEnumerable<Step> A_Failed_Gate_Fails_The_Second_Time_Without_The_Tool_And_Severity_Warning_Makes_It_Pass(Place place)
    {
        var app = place.Consumer();
        app.Write("modelopt.yaml", Strict);
        yield return Step.FailedBuild(app);

        place.Last.ToolStarts.ShouldBe(1, place.Last.Output);
        var problems = place.Last.Problems;
        problems.ShouldHaveSingleItem().ShouldContain("error MOC4");
        yield return Step.FailedBuild(app);

        place.Last.ToolStarts.ShouldBe(0, place.Last.Output);
        place.Last.Problems.ShouldBe(problems);

        app.Set("<ModelOptimizerSeverity>warning</ModelOptimizerSeverity>");
        yield return Step.Build(app);
        place.Last.Problems.ShouldHaveSingleItem().ShouldContain("warning MOC4");
    }

    public static IEnumerable<Step> Severity_Warning_Makes_A_Failed_Gate_A_Warning_In_Every_Build(Place place)
    {
        var app = place.Consumer("<ModelOptimizerSeverity>warning</ModelOptimizerSeverity>");
        app.Write("modelopt.yaml", Strict);
        yield return Step.Build(app);

        var problems = place.Last.Problems;
        problems.ShouldHaveSingleItem().ShouldContain("warning MOC4");
        yield return Step.Build(app);

        place.Last.ToolStarts.ShouldBe(0, place.Last.Output);
        place.Last.Problems.ShouldBe(problems);
    }

    private static int LineOf(string part, string manifest) => Array.FindIndex(manifest.Split('\n'), text => text.Contains(part, StringComparison.Ordinal)) + 1;
}
