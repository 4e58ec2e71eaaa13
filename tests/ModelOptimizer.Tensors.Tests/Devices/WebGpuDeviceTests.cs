using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tensors.Tests.Devices;

[Collection(WebGpuGroup.Name)]
public sealed class WebGpuDeviceTests(WebGpuFixture webGpu)
{
    [WebGpuFact]
    public void It_starts_when_asked_for_and_its_class_names_the_adapter()
    {
        var device = webGpu.Engine.Device;

        device.Note.ShouldBe("webgpu as asked");
        device.DeviceClass.ShouldMatch(@"^webgpu/[a-z0-9.-]+\+ort1\.\d+\.\d+$");
        device.DeviceClass.ShouldNotStartWith("webgpu/unknown");
    }

    [SoftwareWebGpuFact]
    public void Auto_takes_no_driver_in_software_and_says_so()
    {
        var device = DeviceSelector.Select("auto");

        device.Kind.ShouldNotBe("webgpu");
        device.Note.ShouldContain("is a Vulkan driver in software; 'device: webgpu' takes it all the same");
    }

    [WebGpuFact]
    public void Nodes_that_it_leaves_to_the_CPU_are_counted()
    {
        var engine = webGpu.Engine;
        var mixed = new GraphBuilder()
            .Input("x", [-1, 6])
            .Gemm("x", "scores", 4, 6)
            .Node("Det", ["square"], ["y"]);
        mixed.Input("square", [-1, 3, 3]);
        using var some = engine.CreateSession(mixed.Output("y", [-1]).Output("scores", [-1, 4]).Build());
        using var none = engine.CreateSession(
            new GraphBuilder().Input("x", [-1, 6]).Gemm("x", "scores", 4, 6).Node("Relu", ["scores"], ["y"]).Output("y", [-1, 4]).Build()
        );

        var placement = some.Placement.ShouldNotBeNull();
        placement.OnCpu.ShouldBe(1);
        placement.Operators.ShouldBe(["Det"]);
        none.Placement.ShouldNotBeNull().OnCpu.ShouldBe(0);
    }

    [WebGpuFact]
    public void Nodes_that_it_claims_and_cannot_run_are_sent_to_the_CPU()
    {
        string[] parts = [.. Enumerable.Range(0, 12).Select(i => $"part{i}")];
        var model = new GraphBuilder()
            .Input("x", [1, 12, 4, 4])
            .Node("MaxPool", ["x"], ["largest", "where"], ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }))
            .Node("Split", ["largest"], parts, ("axis", 1))
            .Node("Sum", parts, ["sum"])
            .Output("sum")
            .Output("where", null, (int)Onnx.Proto.TensorProto.Types.DataType.Int64)
            .Build();
        using var session = webGpu.Engine.CreateSession(model);
        var ones = HostTensor.From<float>(Onnx.Proto.TensorProto.Types.DataType.Float, [1, 12, 4, 4], Enumerable.Repeat(1f, 192).ToArray());

        var outputs = session.Run(new Dictionary<string, HostTensor> { ["x"] = ones });

        outputs["sum"].As<float>().ToArray().ShouldBe([12f, 12f, 12f, 12f]);
        string[] forced = ["MaxPool", "Split"];
        forced.ShouldBeSubsetOf(session.Placement.ShouldNotBeNull().Operators);
    }

    [WebGpuFact]
    public void An_engine_with_several_sessions_ends_in_order_and_another_starts()
    {
        for (var round = 0; round < 2; round++)
        {
            using var engine = new Engine(webGpu.Engine.Device);
            var sessions = Enumerable.Range(2, 3)
                .Select(size => engine.CreateSession(new GraphBuilder().Input("x", [size]).Node("Relu", ["x"], ["y"]).Output("y", [size]).Build()))
                .ToList();
            sessions.Count.ShouldBe(3);
        }
    }
}
