using ModelOptimizer.Methods.BlockDescent;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Testing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.Tests.BlockDescent;

public class TensorTrainFormTests
{
    private const double Tolerance = 1e-5;
    private const long FirstOpsetOfBfloat16 = 13;

    [Theory]
    [MemberData(nameof(FormCases.Names), MemberType = typeof(FormCases))]
    public void A_rebuilt_train_computes_what_the_plain_weight_does(string name)
    {
        var model = FormCases.All[name]();
        var layer = LayerFinder.Find(model).ShouldHaveSingleItem();
        var columns = (int)(layer.WeightCount / 12);

        foreach (var modes in new int[][] { [3, 4, 4, columns / 4], [6, columns / 2, 4], [12, columns], [3, 4 * columns] })
        {
            foreach (var bias in new[] { null, GraphBuilder.Normal([12], 1, 5) })
            {
                Check(model, layer, new TensorTrainForm(RandomTrain.Of(modes, 3), Matrix(modes)), bias);
            }
        }
    }

    [Theory]
    [MemberData(nameof(FormCases.Names), MemberType = typeof(FormCases))]
    public void Factors_on_the_activations_compute_what_the_plain_weight_does(string name)
    {
        var model = FormCases.All[name]();
        var layer = LayerFinder.Find(model).ShouldHaveSingleItem();
        var columns = (int)(layer.WeightCount / 12);

        foreach (var modes in new int[][] { [3, 4, 4, columns / 4], [12, columns], [12, 2, columns / 2], [2, 6, columns] })
        {
            foreach (var bias in new[] { null, GraphBuilder.Normal([12], 1, 5) })
            {
                var form = new TensorTrainForm(RandomTrain.Of(modes, 3), Matrix(modes), OnActivations: true);
                if (layer.Window?.Group > 1)
                {
                    form.Obstacle(layer, 13)!.ShouldContain("groups");
                }
                else
                {
                    Check(model, layer, form, bias);
                }
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Half_precision_stays_what_it_is(bool onActivations)
    {
        foreach (var model in new[] { FormCases.Gemm(type: DataType.Float16), FormCases.MatMul(true, type: DataType.Float16) })
        {
            var layer = LayerFinder.Find(model).ShouldHaveSingleItem();
            var form = new TensorTrainForm(RandomTrain.Of([3, 4, 4, 6], 2), Matrix([3, 4, 4, 6], 2), onActivations);

            Check(model, layer, form, null, tolerance: 4e-3);
        }
    }

    [Fact]
    public void Only_a_bond_between_rows_and_columns_makes_two_factors()
    {
        var layer = LayerFinder.Find(FormCases.Gemm()).ShouldHaveSingleItem();

        new TensorTrainForm(RandomTrain.Of([6, 6, 8], 3), Matrix([6, 6, 8]), OnActivations: true).Obstacle(layer, 13)!.ShouldContain("two factors");
        new TensorTrainForm(RandomTrain.Of([6, 6, 8], 3), Matrix([6, 6, 8])).Obstacle(layer, 13).ShouldBeNull();
        new TensorTrainForm(RandomTrain.Of([6, 6, 8], 3), Matrix([6, 6, 8])).Obstacle(layer, 4)!.ShouldContain("opset 5");
        var half = LayerFinder.Find(FormCases.Gemm(type: DataType.Float16)).ShouldHaveSingleItem();
        new TensorTrainForm(RandomTrain.Of([6, 6, 8], 3), Matrix([6, 6, 8])).Obstacle(half, 5)!.ShouldContain("opset 6");
    }

    [Theory]
    [InlineData("gemm")]
    [InlineData("gemm of a Constant node")]
    [InlineData("gemm double")]
    [InlineData("matmul add")]
    [InlineData("matmul double")]
    [InlineData("conv")]
    public void The_runtime_rebuilds_the_weight_once_when_it_loads_the_model(string name)
    {
        var model = FormCases.All[name]();
        var result = Rewritten(model, onActivations: false);

        RuntimeView.OptimisedOperators(result).ShouldBe(RuntimeView.OptimisedOperators(model));
        LoadedGraph.StillComputed(result, LoadedGraph.LoadTimeTensors(result)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(FormCases.Names), MemberType = typeof(FormCases))]
    public void The_runtime_rebuilds_the_weight_once_in_half_precision(string name)
    {
        var model = FormCases.In(DataType.Float16, FormCases.All[name]());
        var result = Rewritten(model, onActivations: false);

        RuntimeView.OptimisedOperators(result).ShouldBe(RuntimeView.OptimisedOperators(model));
        LoadedGraph.StillComputed(result, LoadedGraph.LoadTimeTensors(result)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("gemm", DataType.Float)]
    [InlineData("gemm", DataType.Float16)]
    [InlineData("gemm", DataType.Double)]
    [InlineData("matmul add", DataType.Float)]
    [InlineData("matmul add", DataType.Float16)]
    [InlineData("matmul add", DataType.Double)]
    [InlineData("conv", DataType.Float)]
    [InlineData("conv", DataType.Float16)]
    internal void The_runtime_multiplies_each_of_two_factors_out_once(string name, DataType type)
    {
        var model = FormCases.In(type, FormCases.All[name]());
        var layer = LayerFinder.Find(model).ShouldHaveSingleItem().Node.OpType;

        Products(Rewritten(model, onActivations: true)).ShouldBe(Products(model).SelectMany(product => product == layer ? new[] { layer, layer } : [product]));

        // The runtime's own casts are of activations and, in every model, of each weight in half precision.
        static IEnumerable<string> Products(OnnxModel model) => RuntimeView.OptimisedOperators(model).Where(operation => operation != "Cast");
    }

    [Theory]
    [MemberData(nameof(FormCases.Names), MemberType = typeof(FormCases))]
    public void A_weight_of_16_bits_is_rounded_once(string name)
    {
        // Half a step between neighbours, relative: significands have 11 and 8 bits.
        foreach (var (type, rounding) in new[] { (DataType.Float16, Math.Pow(2, -11)), (DataType.Bfloat16, Math.Pow(2, -8)) })
        {
            var model = FormCases.In(type, FormCases.All[name]());
            if (type == DataType.Bfloat16 && model.Opset < FirstOpsetOfBfloat16)
            {
                continue;
            }

            var layer = LayerFinder.Find(model).ShouldHaveSingleItem();
            int[] modes = [3, 4, 4, (int)(layer.WeightCount / 48)];
            var stored = RandomTrain
                .Of(modes, 3)
                .Cores.Select(core => new Matrix(core.Rows, core.Columns, Array.ConvertAll(core.Values, value => WeightValues.Round((int)type, value))));
            var train = new TensorTrain(modes, [.. stored]);
            var exact = train.Reconstruct(TestEngine.Shared.LinearAlgebra, 12);

            var weight = RuntimeView.Weight(WeightRewriter.Apply(model, [new LayerUpdate(layer, new TensorTrainForm(train, exact))]));

            var expected = layer.Kind == LayerKind.MatMul ? exact.Transpose().Values : exact.Values;
            weight.Length.ShouldBe(expected.Length);
            // Before that, the product was in float32.
            weight.Zip(expected, (actual, value) => Math.Abs(actual - value) - (rounding * Math.Abs(value))).Max().ShouldBeLessThan(2e-6);
        }
    }

    [Theory]
    [InlineData("gemm", false)]
    [InlineData("matmul add", false)]
    [InlineData("conv", false)]
    [InlineData("matmul add", true)]
    [InlineData("matmul add", false, DataType.Float16)]
    [InlineData("matmul add", true, DataType.Float16)]
    internal void The_layer_is_found_again_and_nothing_else_is_and_a_run_costs_what_its_products_cost(
        string name,
        bool onActivations,
        DataType type = DataType.Float
    )
    {
        var model = FormCases.In(type, FormCases.All[name]());
        var layer = LayerFinder.Find(model).ShouldHaveSingleItem();

        var result = Rewritten(model, onActivations);

        LayerFinder
            .Find(result)
            .Select(found => found.Obstacle)
            .ShouldBe(Enumerable.Repeat("its weight is computed from other constants", onActivations ? 2 : 1));
        LayerFinder.Find(result)[^1].Name.ShouldBe(layer.Name);
        var before = ModelStatistics.Macs(model, ShapeProbe.Run(TestEngine.Shared, model))!.Value;
        ModelStatistics.Macs(result, ShapeProbe.Run(TestEngine.Shared, result)).ShouldBe(onActivations ? before * 3 * (12 + 24) / (12 * 24) : before);
    }

    [Fact]
    public void Names_come_from_the_weight_and_equal_shapes_are_stored_once()
    {
        var model = FormCases.Gemm();
        var layer = LayerFinder.Find(model).ShouldHaveSingleItem();

        var result = WeightRewriter.Apply(model, [new LayerUpdate(layer, new TensorTrainForm(RandomTrain.Of([3, 4, 4, 6], 2), Matrix([3, 4, 4, 6], 2)))]);

        result.Graph.Node.Select(node => $"{node.OpType}: {string.Join(" ", node.Input)} -> {string.Join(" ", node.Output)}").ShouldBe(
        [
            "MatMul: w_g1 w_g2 -> w_m2",
            "Reshape: w_m2 w_shape -> w_r2",
            "MatMul: w_r2 w_g3 -> w_m3",
            "Reshape: w_m3 w_shape -> w_r3",
            "MatMul: w_r3 w_g4 -> w_m4",
            "Reshape: w_m4 w_shape_1 -> w_r4",
            "Gemm: x w_r4 c -> y",
        ]);
        result.Graph.Initializer.Select(tensor => tensor.Name).ShouldBe(["c", "w_g1", "w_g2", "w_g3", "w_g4", "w_shape", "w_shape_1"], ignoreOrder: true);
    }

    private static OnnxModel Rewritten(OnnxModel model, bool onActivations)
    {
        var layer = LayerFinder.Find(model).ShouldHaveSingleItem();
        int[] modes = [3, 4, 4, (int)(layer.WeightCount / 48)];
        return WeightRewriter.Apply(model, [new LayerUpdate(layer, new TensorTrainForm(RandomTrain.Of(modes, 3), Matrix(modes), onActivations))]);
    }

    private static void Check(OnnxModel model, WeightLayer layer, TensorTrainForm form, double[]? bias, double tolerance = Tolerance)
    {
        var dense = WeightRewriter.Apply(model, [new LayerUpdate(layer, new DenseForm(form.Value), bias)]);
        var train = WeightRewriter.Apply(model, [new LayerUpdate(layer, form, bias)]);

        OnnxValidator.Check(train).ShouldBeEmpty();
        var inputs = FormCases.Inputs(model);
        var expected = MethodRun.Outputs(dense, inputs);
        MethodRun.Difference(expected, MethodRun.Outputs(train, inputs)).ShouldBeLessThan(tolerance);
        MethodRun.Difference(MethodRun.Outputs(model, inputs), expected).ShouldBeGreaterThan(0.01, "the weight is another one");
        var zero = form.OnActivations && layer.Kind == LayerKind.Gemm && model.Proto.OpsetImport[0].Version < 11 ? 1 : 0;
        (Numbers(train) - Numbers(dense) + layer.WeightCount).ShouldBe(form.Train.Parameters + zero);
        form.Elements.ShouldBe(form.Train.Parameters);
    }

    private static long Numbers(OnnxModel model) =>
        new ConstantLookup(model.Graph)
            .All.Where(constant => ElementTypes.IsFloat(constant.Tensor.DataType))
            .Sum(constant => ElementTypes.Count(constant.Tensor.Dims)!.Value);

    private static Matrix Matrix(int[] modes, int rank = 3) => RandomTrain.Of(modes, rank).Reconstruct(TestEngine.Shared.LinearAlgebra, 12);
}
