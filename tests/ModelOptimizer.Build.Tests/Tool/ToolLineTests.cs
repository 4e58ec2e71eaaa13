namespace ModelOptimizer.Build.Tests.Tool;

public sealed class ToolLineTests
{
    [Fact]
    public void A_Message_Has_Importance_And_Text()
    {
        var line = ToolLine.Parse("""{"type":"message","importance":"high","text":"digits: 40 % ä \u00e4"}""").ShouldNotBeNull();

        line.ShouldBe(new ToolLine(new ToolMessage(ToolMessage.LineType, ToolMessage.High, "digits: 40 % ä ä"), null));
    }

    [Fact]
    public void A_Diagnostic_Has_Its_Place()
    {
        var line = ToolLine.Parse(
            """{"type":"diagnostic","severity":"error","code":"MOC4001","file":"/p/modelopt.yaml","line":12,"column":9,"message":"size"}"""
        );

        var diagnostic = line.ShouldNotBeNull().Diagnostic.ShouldNotBeNull();
        (diagnostic.Severity, diagnostic.Code, diagnostic.File, diagnostic.Line, diagnostic.Column, diagnostic.Message)
            .ShouldBe(("error", "MOC4001", "/p/modelopt.yaml", 12, 9, "size"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("libfoo error : something")]
    [InlineData("{not json")]
    [InlineData("{}")]
    [InlineData("""{"type":"other","text":"x"}""")]
    [InlineData("""{"type":"message"}""")]
    [InlineData("[1]")]
    public void Anything_Else_Is_Not_Of_The_Protocol(string text) => ToolLine.Parse(text).ShouldBeNull();
}
