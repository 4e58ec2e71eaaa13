namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

public sealed class Failures : IDisposable
{
    private const string ImpossibleGate = "- size: { max: 1% }";

    private readonly TempFolder _folder = new();
    private readonly Consumer _consumer;

    public Failures()
    {
        _consumer = new Consumer(_folder["app"]);
        _consumer.Build().ShouldSucceed();
    }

    [Fact]
    public void A_Broken_Manifest_Is_An_Error_At_Its_Line_And_Column()
    {
        var broken = Consumer.Manifest.Replace("budget:", "budgett:", StringComparison.Ordinal);
        _consumer.Write("modelopt.yaml", broken);
        var line = Array.FindIndex(broken.Split('\n'), text => text.Contains("budgett", StringComparison.Ordinal)) + 1;
        var before = _consumer.Embedded();

        var build = _consumer.Build().ShouldFail();

        var problem = build.Problems.ShouldHaveSingleItem();
        problem.ShouldStartWith($"{_consumer["modelopt.yaml"]}({line},9): error MOC1");
        problem.ShouldContain("budget");
        _consumer.Embedded().ShouldBe(before);

        _consumer.Write("modelopt.yaml", Consumer.Manifest);
        _consumer.Build().ShouldSucceed();
        _consumer.Run().ShouldBe($"Digits.onnx {before.Length} intact");
    }

    [Fact]
    public void A_Failed_Gate_Fails_At_Its_Line_And_The_Second_Time_Without_The_Tool()
    {
        var strict = Consumer.Manifest.Replace("- size: { max: 65% }", ImpossibleGate, StringComparison.Ordinal);
        _consumer.Write("modelopt.yaml", strict);
        var line = Array.FindIndex(strict.Split('\n'), text => text.Contains(ImpossibleGate, StringComparison.Ordinal)) + 1;
        var file = Directory.GetFiles(_consumer["obj", "modelopt"], "*.onnx", SearchOption.AllDirectories).ShouldHaveSingleItem();
        var before = File.ReadAllBytes(file);

        var first = _consumer.Build().ShouldFail();
        var second = _consumer.Build().ShouldFail();

        first.ToolStarts.ShouldBe(1, first.Output);
        second.ToolStarts.ShouldBe(0, second.Output);
        first.Problems.ShouldHaveSingleItem().ShouldStartWith($"{_consumer["modelopt.yaml"]}({line},");
        first.Problems[0].ShouldContain("error MOC4");
        second.Problems.ShouldBe(first.Problems);
        File.ReadAllBytes(file).ShouldBe(before);

        _consumer.Write("modelopt.yaml", Consumer.Manifest);
        _consumer.Build().ShouldSucceed();
    }

    [Fact]
    public void Severity_Warning_Makes_A_Failed_Gate_A_Warning_In_Every_Build()
    {
        _consumer.Write("modelopt.yaml", Consumer.Manifest.Replace("- size: { max: 65% }", ImpossibleGate, StringComparison.Ordinal));

        var first = _consumer.Build("-p:ModelOptimizerSeverity=warning").ShouldSucceed();
        var second = _consumer.Build("-p:ModelOptimizerSeverity=warning").ShouldSucceed();

        first.Problems.ShouldHaveSingleItem().ShouldContain("warning MOC4");
        second.ToolStarts.ShouldBe(0, second.Output);
        second.Problems.ShouldBe(first.Problems);
    }

    public void Dispose() => _folder.Dispose();
}
