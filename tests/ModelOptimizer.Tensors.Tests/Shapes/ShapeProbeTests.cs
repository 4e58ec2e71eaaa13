using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tensors.Tests.Shapes;

public sealed class ShapeProbeTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public void Every_tensor_of_the_main_graph_has_a_shape_with_free_dimensions_as_one()
    {
        var model = new GraphBuilder()
            .Input("x", [-1, 3, 8, 8])
            .Conv("x", "c", 4, 3, [3, 3])
            .Node("Relu", ["c"], ["r"])
            .Node("Flatten", ["r"], ["f"])
            .Gemm("f", "y", 5, 144)
            .Output("y")
            .Build();

        var shapes = ShapeProbe.Run(fixture.Engine, model);

        shapes["x"].ShouldBe([1, 3, 8, 8]);
        shapes["c.w"].ShouldBe([4, 3, 3, 3]);
        shapes["r"].ShouldBe([1, 4, 6, 6]);
        shapes["f"].ShouldBe([1, 144]);
        shapes["y"].ShouldBe([1, 5]);
    }

    [Fact]
    public void A_chain_longer_than_one_pass_is_covered_whole()
    {
        var builder = new GraphBuilder().Input("t0", [-1, 2]);
        for (var i = 0; i < 200; i++)
        {
            builder.Node("Relu", [$"t{i}"], [$"t{i + 1}"]);
        }

        var shapes = ShapeProbe.Run(fixture.Engine, builder.Output("t200").Build());

        shapes.Count.ShouldBe(201);
        shapes.Values.ShouldAllBe(shape => shape.SequenceEqual(new long[] { 1, 2 }));
    }

    [Fact]
    public void A_model_without_inputs_is_run_all_the_same()
    {
        var model = new GraphBuilder().Initializer("w", [2, 2], [1, 0, 0, 1]).Node("NonZero", ["w"], ["y"]).Output("y", elementType: 7).Build();

        ShapeProbe.Run(fixture.Engine, model)["y"].ShouldBe([2, 2]);
    }

    [Fact]
    public void A_whole_number_that_cannot_be_zero_is_the_least_it_can_be_and_chooses_the_branch()
    {
        static GraphProto Branch(int axis) =>
            new GraphBuilder().Node("Concat", ["x", "x"], ["both"], ("axis", axis)).Output("both").Build().Graph;
        var model = new GraphBuilder().Input("x", [2, 3]).Input("rate", [], elementType: 7).Integers("high", [], 16).Node("Equal", ["rate", "high"], ["is"])
            .Node("If", ["is"], ["y"], ("then_branch", Branch(0)), ("else_branch", Branch(1))).Output("y").Build();
        long[] Shape(params (string, (double, double))[] ranges) => ShapeProbe.Run(
            fixture.Engine, model.With(new SampleForm { Ranges = ranges.ToDictionary(range => range.Item1, range => range.Item2) }))["y"];

        Shape().ShouldBe([2, 6]);
        Shape(("rate", (16, 16))).ShouldBe([4, 3]);
        Shape(("rate", (0, 16))).ShouldBe([2, 6]);
    }

    [Fact]
    public void A_model_that_cannot_run_has_no_shapes()
    {
        var model = new GraphBuilder().Input("x", [2, 3]).Random("w", [4, 5]).Node("MatMul", ["x", "w"], ["y"]).Output("y").Build();

        ShapeProbe.Run(fixture.Engine, model).ShouldBeEmpty();
    }

    [Fact]
    public void Sequences_are_left_out()
    {
        var model = new GraphBuilder()
            .Input("x", [4, 2])
            .Node("SplitToSequence", ["x"], ["s"])
            .Node("ConcatFromSequence", ["s"], ["y"], ("axis", 0))
            .Output("y")
            .Build();

        var shapes = ShapeProbe.Run(fixture.Engine, model);

        shapes.Keys.ShouldNotContain("s");
        shapes["y"].ShouldBe([4, 2]);
    }

    [SharedDataFact]
    public void No_real_model_however_awkward_makes_the_probe_throw()
    {
        var probed = 0;
        foreach (var file in SharedData.Models())
        {
            OnnxModel model;
            try
            {
                model = OnnxModel.Load(SharedData.Path(file));
            }
            catch (DiagnosticException)
            {
                continue;
            }

            probed += ShapeProbe.Run(fixture.Engine, model).Count > 0 ? 1 : 0;
        }

        // ONNX Runtime refuses 11 of them; some others need real values or types that cannot be fed.
        probed.ShouldBeGreaterThan(35);
    }

    [SharedDataFact]
    public void The_layers_of_a_real_network_have_the_shapes_they_are_known_for()
    {
        var model = OnnxModel.Load(SharedData.Path("cifar10", "cifar_resnet20_akamaster.onnx"));

        var shapes = ShapeProbe.Run(fixture.Engine, model);

        var outputs = model.Graph.Node.Where(node => node.OpType == "Conv").Select(node => shapes[node.Output[0]]).ToList();
        outputs[0].ShouldBe([1, 16, 32, 32]);
        outputs[^1].ShouldBe([1, 64, 8, 8]);
    }
}
