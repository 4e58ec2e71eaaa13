using System.Text.Json;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tool.Tests;

public sealed class LayersCommandTests
{
    [Fact]
    public async Task Layers_are_listed_with_what_they_cost()
    {
        using var line = new CommandLine { Width = 100 };
        Model(line);

        (await line.Invoke("layers", "net.onnx")).ShouldBe(ExitCode.Passed, line.Error);

        line.Out.ShouldBeApproved();
    }

    [Fact]
    public async Task Layers_as_json_have_the_same_numbers()
    {
        using var line = new CommandLine();
        Model(line);

        (await line.Invoke("layers", "net.onnx", "--json")).ShouldBe(ExitCode.Passed);

        var layer = JsonDocument.Parse(line.Out).RootElement.GetProperty("layers")[0];
        layer.GetProperty("name").GetString().ShouldBe("conv[1]");
        // 3×3 taps, 3 channels in, 8 out, on 4×4 positions.
        layer.GetProperty("macs").GetInt64().ShouldBe(9 * 3 * 8 * 16);
        layer.GetProperty("parameters").GetInt64().ShouldBe(9 * 3 * 8);
    }

    [Fact]
    public async Task What_low_rank_leaves_alone_is_said_before_it_is_tried()
    {
        using var line = new CommandLine { Width = 160 };
        new GraphBuilder().Input("x", [-1, 8, 8, 8]).Conv("x", "depthwise", 8, 1, [3, 3], attributes: ("group", 8))
            .Conv("depthwise", "mixing", 4, 8, [1, 1]).Output("mixing").Build().Save(Path.Combine(line.Folder, "net.onnx"));

        (await line.Invoke("layers", "net.onnx")).ShouldBe(ExitCode.Passed, line.Error);

        line.Out.ShouldContain("nn-bcd, quantize; not tucker, cp (depthwise: each group has one input channel)");
        line.Out.ShouldMatch(@"mixing +Conv 1×1 .*  tucker, cp, nn-bcd, quantize\n");
    }

    [Fact]
    public async Task Missing_model_is_exit_code_2_at_a_short_path()
    {
        using var line = new CommandLine();

        (await line.Invoke("layers", "nope.onnx")).ShouldBe(ExitCode.BadInput);

        line.Error.ShouldStartWith("nope.onnx: error MOC2001: ");
    }

    private static void Model(CommandLine line)
    {
        var graph = new GraphBuilder().Input("x", [-1, 3, 8, 8]).Random("w", [8, 3, 3, 3]).Random("shared", [4, 8, 1, 1]).Output("z").Output("z2");
        graph.Proto.Graph.Node.Add(Conv("conv[1]", "x", "w", "y", ("strides", [2, 2]), ("pads", [1, 1, 1, 1])));
        graph.Proto.Graph.Node.Add(Conv("twin1", "y", "shared", "z"));
        graph.Proto.Graph.Node.Add(Conv("twin2", "y", "shared", "z2"));
        graph.Build().Save(Path.Combine(line.Folder, "net.onnx"));
    }

    private static NodeProto Conv(string name, string input, string weight, string output, params (string Name, long[] Values)[] attributes)
    {
        var node = new NodeProto { Name = name, OpType = "Conv", Input = { input, weight }, Output = { output } };
        foreach (var (key, values) in attributes)
        {
            node.Attribute.Add(new AttributeProto { Name = key, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } });
        }

        return node;
    }
}
