using ModelOptimizer.Methods.BlockDescent;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Sessions;
using ModelOptimizer.Testing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.Tests.BlockDescent;

public class SparseFormTests
{
    private const int Rows = 40;
    private const int Columns = 50;

    public static IEnumerable<object[]> Versions()
    {
        var data = new TheoryData<int, DataType, bool>();
        foreach (var opset in new[] { 9, 10, 11, 13, 21 })
        {
            data.Add(opset, DataType.Float, false);
            data.Add(opset, DataType.Float, true);
            data.Add(opset, DataType.Float16, true);
            data.Add(opset, DataType.Double, false);
            if (opset >= 13)
            {
                data.Add(opset, DataType.Bfloat16, true);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Versions))]
    internal void The_weight_is_exactly_the_dense_one_and_the_runtime_computes_it_when_it_loads_the_model(int opset, DataType type, bool transB)
    {
        foreach (
            var places in new int[][] { [], [0], [1999], [0, 255, 511, 1022], [256], [5, 1700, 1701, 1999], [.. Enumerable.Range(0, 200).Select(i => i * 10)] }
        )
        {
            var model = Model(opset, type, transB);
            var layer = LayerFinder.Find(model).ShouldHaveSingleItem();
            var form = new SparseForm(Weight(places));

            var result = WeightRewriter.Apply(model, [new LayerUpdate(layer, form)]);

            OnnxValidator.Check(result).ShouldBeEmpty();
            form.Elements.ShouldBe(places.Length);
            RuntimeView.Weight(result).ShouldBe(Array.ConvertAll(StoredWeight.Values(layer, form.Value), value => WeightValues.Round((int)type, value)));
            // The CPU has no such layers.
            if (type != DataType.Bfloat16)
            {
                RuntimeView.OptimisedOperators(result).ShouldBe(RuntimeView.OptimisedOperators(model));
                LoadedGraph.StillComputed(result, LoadedGraph.LoadTimeTensors(result)).ShouldBeEmpty();
            }
        }
    }

    [Theory]
    [MemberData(nameof(FormCases.Names), MemberType = typeof(FormCases))]
    public void Every_kind_of_layer_computes_what_the_plain_weight_does(string name)
    {
        var model = FormCases.All[name]();
        var layer = LayerFinder.Find(model).ShouldHaveSingleItem();
        var weight = new Matrix(12, (int)(layer.WeightCount / 12), GraphBuilder.Normal([layer.WeightCount], 1, 4));
        for (var i = 0; i < weight.Values.Length; i++)
        {
            weight.Values[i] = Math.Abs(weight.Values[i]) < 1.3 ? 0 : weight.Values[i];
        }

        if (new SparseForm(weight).Obstacle(layer, model.Opset) is { } obstacle)
        {
            obstacle.ShouldContain("opset 9");
            return;
        }

        foreach (var bias in new[] { null, GraphBuilder.Normal([12], 1, 5) })
        {
            var dense = WeightRewriter.Apply(model, [new LayerUpdate(layer, new DenseForm(weight), bias)]);
            var sparse = WeightRewriter.Apply(model, [new LayerUpdate(layer, new SparseForm(weight), bias)]);

            OnnxValidator.Check(sparse).ShouldBeEmpty();
            var batch = FormCases.Inputs(model);
            MethodRun.Difference(MethodRun.Outputs(dense, batch), MethodRun.Outputs(sparse, batch)).ShouldBeLessThan(1e-6);
        }
    }

    [Theory]
    [InlineData(13, DataType.Float, 0.9, true)]
    [InlineData(13, DataType.Float, 0.5, true)]
    [InlineData(13, DataType.Float, 0.1, false)]
    [InlineData(13, DataType.Float16, 0.5, true)]
    [InlineData(13, DataType.Float16, 0.3, false)]
    [InlineData(10, DataType.Float, 0.9, true)]
    [InlineData(10, DataType.Float, 0.4, false)]
    [InlineData(8, DataType.Float, 0.9, false)]
    internal void Zeros_are_left_out_where_that_makes_the_file_smaller(int opset, DataType type, double sparsity, bool pays)
    {
        var model = Model(opset, type, transB: true);
        var layer = LayerFinder.Find(model).ShouldHaveSingleItem();
        var random = new Random(3);
        var weight = new Matrix(
            Rows,
            Columns,
            [.. Enumerable.Range(0, Rows * Columns).Select(_ => random.NextDouble() < sparsity ? 0 : 1 + random.NextDouble())]
        );
        var update = new LayerUpdate(layer, new SparseForm(weight));

        (LayerSize.WhyNot(model, update) is null).ShouldBe(pays);

        if (update.Weight.Obstacle(layer, opset) is null)
        {
            var written = WeightRewriter.Apply(model, [update]).SizeInBytes - model.SizeInBytes;
            var predicted = LayerSize.Of(model, update) - LayerSize.Of(model, new LayerUpdate(layer, new DenseForm(weight)));
            Math.Abs(written - predicted).ShouldBeLessThan(8);
            (written < 0).ShouldBe(pays);
        }
    }

    [Fact]
    public void Nine_zeros_in_ten_leave_a_seventh_of_the_bytes()
    {
        var model = Model(13, DataType.Float, transB: true, rows: 200, columns: 200);
        var layer = LayerFinder.Find(model).ShouldHaveSingleItem();
        var weight = new Matrix(200, 200, [.. Enumerable.Range(0, 40_000).Select(i => i % 10 == 0 ? 1.5 : 0)]);

        var sparse = WeightRewriter.Apply(model, [new LayerUpdate(layer, new SparseForm(weight))]);

        // 5 bytes for each of 4,000 numbers instead of 4 for each of 40,000.
        sparse.SizeInBytes.ShouldBeInRange(20_000, 21_500);
    }

    private static OnnxModel Model(int opset, DataType type, bool transB, int rows = Rows, int columns = Columns) =>
        new GraphBuilder(opset)
            .Input("x", [3, columns], (int)type)
            .Random("w", transB ? [rows, columns] : [columns, rows], 1, (int)type)
            .Random("c", [rows], 1, (int)type)
            .Node("Gemm", ["x", "w", "c"], ["y"], ("transB", transB ? 1 : 0))
            .Output("y", null, (int)type)
            .Build();

    private static Matrix Weight(int[] places)
    {
        var weight = new Matrix(Rows, Columns);
        for (var i = 0; i < places.Length; i++)
        {
            weight.Values[places[i]] = (i % 2 == 0 ? 1 : -1) * (0.1 + (i / 3.0));
        }

        return weight;
    }
}
