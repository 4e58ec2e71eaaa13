using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Statistics;

public sealed class ModelStatisticsTests
{
    [SharedDataFact]
    public void Parameters_of_real_models_are_the_published_numbers()
    {
        var expected = new (string File, long Parameters)[]
        {
            ("mnist/mnist_burn_convbn.onnx", 376_938),
            ("mnist/mnist_fc_256x6.onnx", 532_490),
            ("mnist/mnist_verivital_maxpool.onnx", 11_690),
            ("cifar10/cifar_resnet20_akamaster.onnx", 269_036),
            ("cifar10/cifar_resnet20_akamaster_bn.onnx", 271_100),
        };
        foreach (var (file, parameters) in expected)
        {
            ModelStatistics.Parameters(OnnxModel.Load(SharedData.Path(file))).ShouldBe(parameters, file);
        }
    }

    [Fact]
    public void Constants_of_nodes_and_sub_graphs_count_and_texts_and_shapes_do_not()
    {
        var builder = new GraphBuilder().Input("x", [1, 4]).Gemm("x", "y", 3, 4).Constant("c", [2, 2], [1, 2, 3, 4]).Integers("shape", [2], 1, 3).Output("y");
        builder.Node("Constant", [], ["s"], ("value_floats", new float[] { 1, 2, 3 }));
        var inner = new GraphBuilder().Initializer("inner.w", [5], [1, 2, 3, 4, 5]).Build().Graph;
        builder.Node("If", ["x"], ["z"], ("then_branch", inner));
        builder.Proto.Graph.Initializer.Add(new TensorProto { Name = "text", DataType = (int)TensorProto.Types.DataType.String, Dims = { 7 } });

        ModelStatistics.Parameters(builder.Build()).ShouldBe((3 * 4) + 3 + 4 + 3 + 5);
    }

    [Fact]
    public void Products_of_constants_are_no_part_of_a_run()
    {
        var model = new GraphBuilder()
            .Input("x", [5, 4])
            .Random("a", [4, 2])
            .Random("b", [2, 3])
            .Node("MatMul", ["a", "b"], ["w"])
            .Node("MatMul", ["x", "w"], ["y"])
            .Output("y")
            .Build();
        var shapes = new Dictionary<string, long[]>
        {
            ["x"] = [5, 4],
            ["w"] = [4, 3],
            ["y"] = [5, 3],
        };

        ModelStatistics.Macs(model, shapes).ShouldBe(5 * 4 * 3);
    }

    [Fact]
    public void Multiply_adds_follow_the_shapes()
    {
        var model = new GraphBuilder().Input("x", [1, 4, 9, 9])
            .Conv("x", "c", 6, 4, [3, 3], group: 2, attributes: ("strides", new[] { 2, 2 }))
            .Random("t.w", [6, 5, 2, 2]).Node("ConvTranspose", ["c", "t.w"], ["t"])
            .Integers("to", [2], 1, 125).Node("Reshape", ["t", "to"], ["r"])
            .Gemm("r", "g", 7, 125, transB: true)
            .MatMul("g", "m", 3, 7)
            .Output("m")
            .Build();
        var shapes = new Dictionary<string, long[]>
        {
            ["x"] = [1, 4, 9, 9],
            ["c"] = [1, 6, 4, 4],
            ["t"] = [1, 5, 5, 5],
            ["r"] = [1, 125],
            ["g"] = [1, 7],
            ["m"] = [1, 3],
        };

        long conv = 6 * 16 * 2 * 9, transpose = 6 * 16 * 5 * 4, gemm = 7 * 125, matMul = 3 * 7;
        ModelStatistics.Macs(model, shapes).ShouldBe(conv + transpose + gemm + matMul);
        LayerFinder.Find(model).Select(layer => ModelStatistics.Macs(layer, shapes)).ShouldBe([conv, gemm, matMul]);
    }

    [Fact]
    public void A_missing_shape_makes_the_count_unknown()
    {
        var model = new GraphBuilder().Input("x", [1, 4]).MatMul("x", "h", 3, 4).MatMul("h", "y", 3, 3).Output("y").Build();

        ModelStatistics.Macs(model, new Dictionary<string, long[]> { ["x"] = [1, 4], ["y"] = [1, 3] }).ShouldBeNull();
    }

    [Fact]
    public void Work_inside_a_branch_makes_the_count_unknown()
    {
        var inner = new GraphBuilder().MatMul("x", "inner", 3, 4).Build().Graph;
        var model = new GraphBuilder().Input("x", [1, 4]).Input("b", []).Node("If", ["b"], ["y"], ("then_branch", inner)).Output("y").Build();

        ModelStatistics.Macs(model, new Dictionary<string, long[]>()).ShouldBeNull();
    }
}
