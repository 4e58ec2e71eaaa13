using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Build;

namespace ModelOptimizer.Pipeline.Tests.Build;

public sealed class JsonLineLogTests
{
    [Fact]
    public void Every_line_is_one_ascii_document()
    {
        var text = new StringWriter();
        var log = new JsonLineLog(text);

        log.Headline("digits: 1 KB → 2 B\nsecond line");
        log.Detail("quiet");
        log.Diagnostic(new Diagnostic("MOC4001", DiagnosticSeverity.Error, "too low", new SourcePosition("/a b/m.yaml", 7, 9)));
        log.Diagnostic(new Diagnostic("MOC5114", DiagnosticSeverity.Note, "off"));

        text.ToString().ShouldBe(
            """
            {"type":"message","importance":"high","text":"digits: 1 KB \u2192 2 B\nsecond line"}
            {"type":"message","importance":"normal","text":"quiet"}
            {"type":"diagnostic","severity":"error","code":"MOC4001","file":"/a b/m.yaml","line":7,"column":9,"message":"too low"}
            {"type":"diagnostic","severity":"note","code":"MOC5114","file":"","line":0,"column":0,"message":"off"}

            """.ReplaceLineEndings("\n"));
    }
}
