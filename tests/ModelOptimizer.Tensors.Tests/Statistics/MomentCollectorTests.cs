using System.Numerics.Tensors;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Statistics;
using ModelOptimizer.Tensors.Tests.LinearAlgebra;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tensors.Tests.Statistics;

/// <summary>Which data and models moments can be had of, and what is said where they cannot.</summary>
public sealed class MomentCollectorTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(2, 20)]
    public void How_the_samples_are_batched_does_not_matter(int batchSize, int channels = 3)
    {
        long[] shape = [7, channels, 6, 6];
        var x = Batches.Exact(shape, 6);
        ConvGeometry window = new([3, 3], [1, 1], [1, 1, 1, 1], [1, 1], 1, "NOTSET");

        var moment = Collect(new Batches(x, shape, batchSize), 4, window);

        var whole = Moments.Of(Patches.Windows(x, shape, window, 0));
        Numbers.Distance(moment.Sigma[0], whole).ShouldBeLessThan(1e-14);
    }

    [Theory]
    [InlineData(new long[] { 6, 5 })]
    [InlineData(new long[] { 4, 3, 5 })]
    [InlineData(new long[] { 2, 2, 3, 5 })]
    public void Without_a_window_the_vectors_are_along_the_last_dimension(long[] shape)
    {
        var x = Batches.Exact(shape, 9);

        var moment = Collect(new Batches(x, shape, 2), shape.Length, null);

        Numbers.Distance(moment.Sigma[0], Moments.Of(x.Chunk(5))).ShouldBeLessThan(1e-14);
        moment.Count.ShouldBe(x.Length / 5);
    }

    [Fact]
    public void Transposed_vectors_are_along_the_first_dimension()
    {
        long[] shape = [4, 6];
        var x = Batches.Exact(shape, 10);
        var model = Moments.Identity(2);
        var key = new MomentKey("tap", null, Transposed: true);

        var moments = Moments.Collect(fixture.Engine, model, new Batches(x, shape, 4), key);

        var columns = Enumerable.Range(0, 6).Select(j => Enumerable.Range(0, 4).Select(i => x[(i * 6) + j]).ToArray());
        Numbers.Distance(moments[key].Sigma[0], Moments.Of(columns)).ShouldBeLessThan(1e-14);
    }

    [Theory]
    [InlineData(1, TensorProto.Types.DataType.Float)]
    [InlineData(6, TensorProto.Types.DataType.Float, 16)]
    [InlineData(9, TensorProto.Types.DataType.Float16)]
    [InlineData(13, TensorProto.Types.DataType.Bfloat16)]
    [InlineData(13, TensorProto.Types.DataType.Bfloat16, 16)]
    [InlineData(17, TensorProto.Types.DataType.Double)]
    [InlineData(17, TensorProto.Types.DataType.Double, 16)]
    [InlineData(22, TensorProto.Types.DataType.Float16, 16)]
    internal void Any_opset_and_any_floating_point_type_will_do(int opset, TensorProto.Types.DataType type, int channels = 2)
    {
        long[] shape = [3, channels, 5, 5];
        var x = Batches.Exact(shape, 11);
        ConvGeometry window = new([3, 3], [1, 1], [1, 1, 1, 1], [1, 1], 1, "NOTSET");
        var model = new GraphBuilder(opset, opset < 9 ? 3 : 8)
            .Input("x", [-1, -1, -1, -1], (int)type)
            .Node("Identity", ["x"], ["tap"])
            .Node("Identity", ["tap"], ["y"])
            .Output("y", null, (int)type)
            .Build();
        var key = new MomentKey("tap", window);

        var moments = Moments.Collect(fixture.Engine, model, new Batches(x, shape, 2, type), key);

        Numbers.Distance(moments[key].Sigma[0], Moments.Of(Patches.Windows(x, shape, window, 0))).ShouldBeLessThan(1e-14);
    }

    [Fact]
    public void A_model_with_its_batch_fixed_at_one_gives_the_same_moments_layer_by_layer()
    {
        long[] shape = [5, 2, 6, 6];
        var x = Batches.Exact(shape, 12);
        var model = new GraphBuilder()
            .Input("x", [1, 2, 6, 6])
            .Conv("x", "first", 4, 2, [3, 3], attributes: [("pads", new[] { 1, 1, 1, 1 })])
            .Node("Relu", ["first"], ["active"])
            .Conv("active", "second", 3, 4, [3, 3])
            .Output("second")
            .Build();
        ConvGeometry window = new([3, 3], [1, 1], [1, 1, 1, 1], [1, 1], 1, "NOTSET");
        MomentKey[] keys = [new("x", window), new("active", window), new("active", window with { Pads = [0, 0, 0, 0] }), new("active", window)];

        var moments = Moments.Collect(fixture.Engine, model, new Batches(x, shape, 1), [.. keys.Distinct()]);

        Numbers.Distance(moments[keys[0]].Sigma[0], Moments.Of(Patches.Windows(x, shape, window, 0))).ShouldBeLessThan(1e-14);
        var weight = model.Graph.Initializer.First(tensor => tensor.Name == "first.w");
        var bias = model.Graph.Initializer.First(tensor => tensor.Name == "first.b");
        var kernel = new Matrix(4, 18, Onnx.Values.WeightValues.ReadDoubles(weight));
        var shift = Onnx.Values.WeightValues.ReadDoubles(bias);
        var activations = Patches
            .Convolve(x, shape, window, 0, kernel)
            .Select(output => output.Select((value, t) => Math.Max(0, value + shift[t])).ToArray())
            .ToList();
        double[] tensor = [.. Enumerable.Range(0, 5 * 4 * 36).Select(i => activations[(i / 144 * 36) + (i % 36)][i / 36 % 4])];
        // The activations themselves are float32.
        Numbers.Distance(moments[keys[1]].Sigma[0], Moments.Of(Patches.Windows(tensor, [5, 4, 6, 6], window, 0))).ShouldBeLessThan(1e-6);
        moments[keys[2]].Count.ShouldBe(5 * 16);
    }

    [Fact]
    public void Keys_that_do_not_fit_into_memory_together_take_more_passes()
    {
        long[] shape = [4, 3, 6, 6];
        var x = Batches.Exact(shape, 13);
        ConvGeometry window = new([3, 3], [1, 1], [1, 1, 1, 1], [1, 1], 1, "NOTSET");
        MomentKey[] keys = [new("tap", window), new("x", window), new("tap", window with { Dilations = [2, 2] })];
        var generous = new MomentCollector(fixture.Engine, Moments.Identity(4), new Batches(x, shape, 2));
        var tight = new MomentCollector(fixture.Engine, Moments.Identity(4), new Batches(x, shape, 2), memoryLimit: 1);

        generous.Require(keys, CancellationToken.None);
        tight.Require(keys, CancellationToken.None);

        foreach (var key in keys)
        {
            tight[key].Sigma[0].Values.ShouldBe(generous[key].Sigma[0].Values);
        }
    }

    [Fact]
    public void The_same_data_give_the_same_bytes()
    {
        long[] shape = [6, 5, 9, 9];
        var x = GraphBuilder.Normal(shape, 1, 14);
        ConvGeometry window = new([3, 3], [1, 1], [1, 1, 1, 1], [1, 1], 1, "NOTSET");

        Collect(new Batches(x, shape, 4), 4, window).Sigma[0].Values.ShouldBe(Collect(new Batches(x, shape, 4), 4, window).Sigma[0].Values);
    }

    [Fact]
    public void More_vectors_than_the_first_batch_made_one_expect_become_their_moment()
    {
        const int Size = 2048;
        var (first, second) = (GraphBuilder.Normal([3, Size], 1, 15), GraphBuilder.Normal([1100, Size], 1, 16));
        var key = new MomentKey("tap", null);

        var moment = Moments.Collect(fixture.Engine, Moments.Identity(2), new UnevenBatches(Size, first, second), key)[key];

        moment.Span.ShouldBeNull();
        moment.Count.ShouldBe(1103);
        var all = new Matrix(1103, Size, [.. first.Concat(second).Select(value => (double)(float)value)]);
        var expected = fixture.Algebra.Multiply(all, all, transposeA: true);
        TensorPrimitives.Divide(expected.Values, 1103, expected.Values);
        Numbers.Distance(moment.Sigma[0], expected).ShouldBeLessThan(1e-12);
    }

    [Fact]
    public void Nodes_behind_the_taps_do_not_run()
    {
        // The head cannot run on this data: 7 columns times 5 rows.
        var model = new GraphBuilder()
            .Input("x", [-1, -1])
            .Node("Relu", ["x"], ["tap"])
            .Random("w", [5, 2])
            .Node("MatMul", ["tap", "w"], ["y"])
            .Output("y")
            .Build();
        var collector = new MomentCollector(fixture.Engine, model, new Batches(Batches.Exact([2, 7], 15), [2, 7], 2));
        var key = new MomentKey("tap", null);

        collector.Require([key], CancellationToken.None);

        collector[key].Sigma[0].Rows.ShouldBe(7);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_calibration_data_the_error_says_what_to_add(bool empty)
    {
        var collector = new MomentCollector(fixture.Engine, Moments.Identity(2), empty ? new Batches([], [0, 4], 1) : null);

        var failure = Should.Throw<DiagnosticException>(() => collector.Require([new MomentKey("tap", null)], CancellationToken.None));

        failure
            .Diagnostic.ToString()
            .ShouldBe(
                "error MOC3301: The statistics of 'tap' need calibration data, and there is none. Add 'calibrate: { dataset: … }' to the model, or use 'norm: "
                    + "frobenius'."
            );
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Activations_that_are_not_finite_are_an_error_that_names_the_tensor_and_the_sample(double bad)
    {
        var x = Batches.Exact([6, 4], 16);
        x[9] = bad;
        var collector = new MomentCollector(fixture.Engine, Moments.Identity(2), new Batches(x, [6, 4], 2));

        var failure = Should.Throw<DiagnosticException>(() => collector.Require([new MomentKey("tap", null)], CancellationToken.None));

        failure.Diagnostic.Code.ShouldBe("MOC3302");
        failure.Message.ShouldStartWith("The activation 'tap' is not finite on the calibration data (NaN or infinity).");
        failure.Message.ShouldEndWith(" The first such sample is 2 of the data, counted from 0.");
    }

    [Theory]
    [InlineData("nowhere", "The main graph has no tensor 'nowhere'")]
    [InlineData("tap", "a window of 2 dimensions in 1 groups does not fit the shape 2×4")]
    public void A_tensor_that_cannot_be_collected_is_an_error(string tensor, string reason)
    {
        var collector = new MomentCollector(fixture.Engine, Moments.Identity(2), new Batches(Batches.Exact([6, 4], 17), [6, 4], 2));
        var key = new MomentKey(tensor, new([3, 3], [1, 1], [1, 1, 1, 1], [1, 1], 1, "NOTSET"));

        var failure = Should.Throw<DiagnosticException>(() => collector.Require([key], CancellationToken.None));

        failure.Diagnostic.Code.ShouldBe("MOC3303");
        failure.Message.ShouldContain(reason);
    }

    [Fact]
    public void A_cancelled_collection_stops()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var collector = new MomentCollector(fixture.Engine, Moments.Identity(2), new Batches(Batches.Exact([6, 4], 18), [6, 4], 2));

        Should.Throw<OperationCanceledException>(() => collector.Require([new MomentKey("tap", null)], source.Token));
    }

    /// <summary>One sample a batch, which has any number of vectors.</summary>
    private sealed class UnevenBatches(int size, params double[][] batches) : IBatchSource
    {
        public int Count => batches.Length;

        public IEnumerable<Batch> Read() => batches.Select(values => new Batch(
            new Dictionary<string, HostTensor>
            {
                ["x"] = HostTensor.From<float>(
                    TensorProto.Types.DataType.Float, [values.Length / size, size], Array.ConvertAll(values, value => (float)value)),
            },
            1));
    }

    private SecondMoment Collect(Batches batches, int rank, ConvGeometry? window) => Moments.Collect(fixture.Engine, batches, rank, window);
}
