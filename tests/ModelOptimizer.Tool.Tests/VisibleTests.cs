using System.Text;
using ModelOptimizer.Methods;
using ModelOptimizer.Pipeline.Running;
using ModelOptimizer.Testing;
using ModelOptimizer.Tool.Commands;
using ModelOptimizer.Tool.Output;

namespace ModelOptimizer.Tool.Tests;

public sealed class VisibleTests
{
    [Theory]
    [InlineData("conv[1]/weight_é", "conv[1]/weight_é")]
    [InlineData("a\u001b]0;title\u0007b", "a\\u001B]0;title\\u0007b")]
    [InlineData("\u009b31m", "\\u009B31m")]
    [InlineData("abc\u202egnp", "abc\\u202Egnp")]
    [InlineData("line\nline", "line\\u000Aline")]
    public void Control_characters_of_a_name_are_shown(string name, string shown) => Visible.Of(name).ShouldBe(shown);

    [Fact]
    public void Plain_text_keeps_its_lines()
    {
        var text = new StringWriter { NewLine = "\n" };
        using var writer = new VisibleWriter(text);

        writer.WriteLine("one\ntwo\u001b");
        writer.Write('\u0008');

        text.ToString().ShouldBe("one\ntwo\\u001B\n\\u0008");
    }

    [Fact]
    public async Task Layers_with_control_characters_in_their_names_are_listed_with_them_visible()
    {
        using var line = new CommandLine();
        new GraphBuilder().Input("x", [1, 4]).MatMul("x", "fc\u001b[2J", 3, 4).Output("fc\u001b[2J").Build().Save(Path.Combine(line.Folder, "net.onnx"));

        (await line.Invoke("layers", "net.onnx")).ShouldBe(ExitCode.Passed, line.Error);

        line.Out.ShouldContain("fc\\u001B[2J");
        line.Out.ShouldNotContain("\u001b");
    }

    // A full disk behind both streams, or a terminal that is gone.
    [Theory]
    [InlineData("layers", "nope.onnx", ExitCode.BadInput)]
    [InlineData("schema", "--output=-", ExitCode.Environment)]
    [InlineData("methods", "--json", ExitCode.Environment)]
    public async Task Streams_that_take_nothing_end_in_an_exit_code(string command, string argument, int exitCode)
    {
        using var folder = new TempFolder();
        var terminal = new Terminal
        {
            Out = new VisibleWriter(new FullWriter()),
            Error = new VisibleWriter(new FullWriter(), mayFail: true),
            CurrentDirectory = folder.Path,
        };

        (await new Application(terminal, CompressionRunner.Run, MethodCatalogue.All).Invoke([command, argument], default)).ShouldBe(exitCode);
    }

    private sealed class FullWriter : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new IOException("No space left on device");
    }
}
