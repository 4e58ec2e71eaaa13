using System.Runtime.InteropServices;
using ModelOptimizer.Methods.BlockDescent;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.BlockDescent;

public class DeadUnitTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Dead_units_go_through_the_whole_chain_and_the_outputs_stay(bool bias, bool relu)
    {
        foreach (var sparse in new[] { false, true })
        {
            var model = Chain(bias, relu);
            var weights = Weights(model);
            // Unit 0 of b is read by nobody, so row 0 of b goes; then unit 2 of a, which only that row reads, is read by nobody too. Units 1 and 3 of a are
            // constant.
            Columns(weights["c"], 0, 1);
            Keep(weights["b"], column: 2, onlyRow: 0);
            weights["a"].Row(1).Clear();
            weights["a"].Row(3).Clear();

            var (result, removed) = Check(model, weights, sparse);

            removed.Links.Select(link => (link.Count, link.Reason)).ShouldBe([(3, null), (1, null)]);
            Shapes(result).ShouldBe(["3x5", "5x3", "4x5"]);
        }
    }

    [Fact]
    public void A_constant_unit_that_empties_the_next_one_is_folded_through_both()
    {
        var model = Chain(bias: true, relu: true);
        var weights = Weights(model);
        // The row of b that reads only the constant unit of a becomes constant itself.
        weights["a"].Row(4).Clear();
        for (var column = 0; column < 6; column++)
        {
            weights["b"][1, column] = column == 4 ? 0.7 : 0;
        }

        var (result, removed) = Check(model, weights, sparse: false);

        removed.Links.Select(link => link.Count).ShouldBe([1, 1]);
        Shapes(result).ShouldBe(["5x5", "5x5", "4x5"]);
    }

    [Fact]
    public void A_layer_without_a_bias_gets_one_from_a_constant_unit()
    {
        var model = new GraphBuilder().Input("x", [3, 5]).Gemm("x", "a", 6, 5).Node("Relu", ["a"], ["r"]).MatMul("r", "b", 4, 6).Output("b").Build();
        WeightValues.Write(model.Graph.Initializer.Single(tensor => tensor.Name == "a.b"), [1, 2, -3, 4, 5, 6]);
        var weights = Weights(model);
        weights["a"].Row(0).Clear();
        weights["a"].Row(2).Clear();

        var (result, removed) = Check(model, weights, sparse: false);

        removed.Links.ShouldHaveSingleItem().Count.ShouldBe(2);
        result.Graph.Node.Select(node => node.OpType).ShouldBe(["Gemm", "Relu", "MatMul", "Add"]);
    }

    [Theory]
    [InlineData("flatten")]
    [InlineData("reshape -1")]
    [InlineData("reshape 0")]
    [InlineData("reshape fixed")]
    public void A_filter_goes_with_all_its_columns(string form)
    {
        var builder = new GraphBuilder().Input("x", [2, 2, 5, 4]).Conv("x", "a", 5, 2, [2, 2]).Node("Relu", ["a"], ["r"]);
        builder = form switch
        {
            "flatten" => builder.Node("Flatten", ["r"], ["f"]),
            "reshape -1" => builder.Integers("shape", [2], 2, -1).Node("Reshape", ["r", "shape"], ["f"]),
            "reshape 0" => builder.Integers("shape", [2], 0, -1).Node("Reshape", ["r", "shape"], ["f"]),
            _ => builder.Integers("shape", [2], -1, 60).Node("Reshape", ["r", "shape"], ["f"]),
        };
        var model = builder.Gemm("f", "b", 7, 60).Output("b").Build();
        foreach (var name in new[] { "a", "r", "f" })
        {
            model.Graph.ValueInfo.Add(new ValueInfoProto { Name = name, Type = Declared(name == "f" ? [2, 60] : [2, 5, 4, 3]) });
        }

        WeightValues.Write(model.Graph.Initializer.Single(tensor => tensor.Name == "a.b"), [1, 2, 3, 4, 5]);
        var weights = Weights(model);
        weights["a"].Row(1).Clear();
        Columns(weights["b"], 4 * 12, 5 * 12);

        var (result, removed) = Check(model, weights, sparse: false);

        removed.Links.ShouldHaveSingleItem().Count.ShouldBe(2);
        Shapes(result).ShouldBe(["3x2x2x2", "36x7"]);
        result.Graph.ValueInfo.ShouldBeEmpty();
    }

    [Fact]
    public void A_shape_that_splits_the_units_keeps_them()
    {
        var model = new GraphBuilder().Input("x", [2, 5]).Gemm("x", "a", 6, 5).Integers("split", [3], -1, 3, 2).Integers("join", [2], -1, 6)
            .Node("Reshape", ["a", "split"], ["s"]).Node("Reshape", ["s", "join"], ["j"]).Gemm("j", "b", 4, 6).Output("b").Build();
        var weights = Weights(model);
        weights["a"].Row(1).Clear();

        var (_, removed) = Check(model, weights, sparse: false);

        removed.Links.ShouldHaveSingleItem().Count.ShouldBe(0);
        removed.Links[0].Reason!.ShouldContain("Reshape 's_node'");
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void A_constant_filter_does_not_go_into_a_padded_convolution(int pad, int count)
    {
        var model = new GraphBuilder()
            .Input("x", [2, 3, 6, 6])
            .Conv("x", "a", 5, 3, [3, 3])
            .Node("Relu", ["a"], ["r"])
            .Conv("r", "b", 4, 5, [3, 3], true, 1, ("pads", new[] { pad, pad, pad, pad }))
            .Output("b")
            .Build();
        WeightValues.Write(model.Graph.Initializer.Single(tensor => tensor.Name == "a.b"), [1, 1, 1, 1, 1]);
        var weights = Weights(model);
        weights["a"].Row(2).Clear();

        var (_, removed) = Check(model, weights, sparse: false);

        removed.Links.ShouldHaveSingleItem().Count.ShouldBe(count);
    }

    [Fact]
    public void One_unit_stays_when_all_are_dead()
    {
        var model = Chain(bias: true, relu: true);
        var weights = Weights(model);
        weights["b"].Values.AsSpan().Clear();

        var (result, removed) = Check(model, weights, sparse: true);

        removed.Links.Select(link => link.Count).ShouldBe([5, 5]);
        Shapes(result).ShouldBe(["1x5", "1x1", "4x1"]);
    }

    [Fact]
    public void Trains_scaled_gemms_and_biases_that_may_be_given_keep_their_units()
    {
        var model = new GraphBuilder()
            .Input("x", [3, 5])
            .Gemm("x", "a", 6, 5, true, false, ("alpha", 0.5))
            .Gemm("a", "b", 4, 6)
            .Gemm("b", "c", 6, 4)
            .Output("c")
            .Build();
        model.Graph.Input.Add(new ValueInfoProto { Name = "c.b", Type = Declared([6]) });
        var weights = Weights(model);
        weights["a"].Row(0).Clear();
        weights["b"].Row(0).Clear();

        var (_, removed) = Check(model, weights, sparse: false);

        removed.Links.Select(link => link.Count).ShouldBe([0, 0]);
        removed.Links.Select(link => link.Reason).ShouldBe(["'a' has an alpha or beta", "the bias of 'c' is not one constant for each output"]);

        var layers = LayerFinder.Find(model);
        var train = RandomTrain.Of([4, 6], 2);
        var update = new LayerUpdate(layers[1], new TensorTrainForm(train, train.Reconstruct(TestEngine.Shared.LinearAlgebra, 4)));
        DeadUnits.Remove(model, LayerLinks.Find(model, ShapeProbe.Run(TestEngine.Shared, model)), [update], ShapeProbe.Run(TestEngine.Shared, model))
            .Links[1].Reason.ShouldBe("'b' is a tensor train, which has no rows and columns to cut");
    }

    [Fact]
    public void Effective_sparsity_counts_what_is_zero_after_all_dead_units_are()
    {
        var model = Chain(bias: false, relu: true);
        var weights = Weights(model);
        weights["a"].Row(0).Clear();
        weights["a"][1, 1] = 0;

        var (_, removed) = Check(model, weights, sparse: false);

        // A row of 5 and another zero in a, a column of 6 in b; a has 30 weights, b 36, c 24.
    }

    [Fact]
    public void Without_dead_units_the_updates_are_what_was_given()
    {
        var model = Chain(bias: true, relu: true);
        var update = new LayerUpdate(LayerFinder.Find(model)[1], new DenseForm(Weights(model)["b"]));

        var removed = DeadUnits.Remove(model, LayerLinks.Find(model, ShapeProbe.Run(TestEngine.Shared, model)), [update], new Dictionary<string, long[]>());

        removed.Updates.ShouldHaveSingleItem().ShouldBeSameAs(update);
        removed.Links.Select(link => link.Count).ShouldBe([0, 0]);
    }

    private static (OnnxModel Model, RemovedUnitsResult Removed) Check(OnnxModel model, Dictionary<string, Matrix> weights, bool sparse)
    {
        var shapes = ShapeProbe.Run(TestEngine.Shared, model);
        var updates = LayerFinder
            .Find(model)
            .Select(layer => new LayerUpdate(layer, sparse ? new SparseForm(weights[layer.Name]) : new DenseForm(weights[layer.Name])))
            .ToList();

        var removed = DeadUnits.Remove(model, LayerLinks.Find(model, shapes), updates, shapes);
        var result = WeightRewriter.Apply(model, removed.Updates);

        OnnxValidator.Check(result).ShouldBeEmpty();
        var batch = FormCases.Inputs(model);
        MethodRun.Difference(MethodRun.Outputs(WeightRewriter.Apply(model, updates), batch), MethodRun.Outputs(result, batch)).ShouldBeLessThan(1e-5);
        return (result, removed);
    }

    private static OnnxModel Chain(bool bias, bool relu)
    {
        var activation = relu ? "Relu" : "Identity";
        return new GraphBuilder().Input("x", [3, 5])
            .Gemm("x", "a", 6, 5, bias, transB: true).Node(activation, ["a"], ["ra"])
            .Gemm("ra", "b", 6, 6, bias, transB: true).Node(activation, ["b"], ["rb"])
            .Gemm("rb", "c", 4, 6, bias, transB: true).Output("c").Build();
    }

    private static Dictionary<string, Matrix> Weights(OnnxModel model)
    {
        var constants = new ConstantLookup(model.Graph);
        return LayerFinder.Find(model).ToDictionary(layer => layer.Name, layer => StoredWeight.Read(layer, constants[layer.Weight]), StringComparer.Ordinal);
    }

    private static void Columns(Matrix weight, int first, int end)
    {
        for (var row = 0; row < weight.Rows; row++)
        {
            weight.Row(row)[first..end].Clear();
        }
    }

    private static void Keep(Matrix weight, int column, int onlyRow)
    {
        for (var row = 0; row < weight.Rows; row++)
        {
            weight[row, column] = row == onlyRow ? weight[row, column] : 0;
        }
    }

    private static string[] Shapes(OnnxModel model)
    {
        var constants = new ConstantLookup(model.Graph);
        return
        [
            .. model
                .Graph.Node.Where(node => node.OpType is "Gemm" or "Conv" or "MatMul")
                .Select(node => constants.Find(node.Input[1])?.Tensor.Dims.ToArray() ?? Rebuilt(model, node.Input[1], constants))
                .Select(dims => string.Join('x', dims)),
        ];
    }

    // A sparse weight ends in a Reshape to its shape, or is made of zeros of that shape.
    private static long[] Rebuilt(OnnxModel model, string weight, ConstantLookup constants)
    {
        var shape = constants[model.Graph.Node.Single(node => node.Output[0] == weight).Input[^1]];
        return MemoryMarshal.Cast<byte, long>(shape.RawData.Span).ToArray();
    }

    private static TypeProto Declared(long[] dims)
    {
        var type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = new TensorShapeProto() } };
        type.TensorType.Shape.Dim.AddRange(dims.Select(extent => new TensorShapeProto.Types.Dimension { DimValue = extent }));
        return type;
    }
}
