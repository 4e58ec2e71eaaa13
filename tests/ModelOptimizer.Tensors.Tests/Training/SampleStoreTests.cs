using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Tests.Statistics;
using ModelOptimizer.Tensors.Training;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Tests.Training;

public sealed class SampleStoreTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly double[] Numbers = [.. Enumerable.Range(0, 30).Select(i => (double)i)];

    [Fact]
    public void Batches_of_any_size_become_rows_that_can_be_drawn_in_any_order()
    {
        var store = SampleStore.Read(Source(7));
        var buffers = store.Buffers(["x"], 3);

        store.Fill(buffers, [9, 0, 4]);

        store.Count.ShouldBe(10);
        store.Rows["x"].ShouldBe([3]);
        buffers["x"].Shape.ShouldBe([3, 3]);
        buffers["x"].As<float>().ToArray().ShouldBe([27f, 28f, 29f, 0f, 1f, 2f, 12f, 13f, 14f]);
    }

    [Fact]
    public void The_bytes_are_known_before_reading() => SampleStore.Predict(Source(4)).ShouldBe(SampleStore.Read(Source(4)).Bytes);

    [Fact]
    public void Labels_and_targets_are_kept_in_order()
    {
        var store = SampleStore.Read(new Given([Batch([1, 2], [7, 8]), Batch([3], [9])]));

        store.Labels.ShouldBe([7, 8, 9]);
        store.Targets.ShouldBe([7.0, 8.0, 9.0]);
    }

    [Fact]
    public void A_dataset_without_samples_is_refused() => Code(() => SampleStore.Read(new Given([]))).ShouldBe("MOC3304");

    [Fact]
    public void Samples_of_different_shapes_are_refused()
    {
        var wide = new Batch(new Dictionary<string, HostTensor> { ["x"] = HostTensor.From<float>(DataType.Float, [1, 2], new float[2]) }, 1);

        Code(() => SampleStore.Read(new Given([Batch([1], null), wide]))).ShouldBe("MOC3304");
    }

    [Fact]
    public void A_models_outputs_become_a_column_even_where_the_last_batch_is_short()
    {
        using var session = fixture.Engine.CreateSession(Doubling("y"));
        var store = SampleStore.Read(Source(10));

        store.AddOutputs(session, new Dictionary<string, string> { ["y"] = "teacher" }, 4);

        var all = store.Buffers(["teacher"], 10);
        store.Fill(all, [.. Enumerable.Range(0, 10)]);
        all["teacher"].As<float>().ToArray().ShouldBe(Numbers.Select(value => 2 * (float)value));
        store.Bytes.ShouldBe(2 * 30 * sizeof(float));
    }

    [Fact]
    public void An_output_that_is_not_one_row_a_sample_is_refused()
    {
        using var session = fixture.Engine.CreateSession(Doubling("sum"));

        Code(() => SampleStore.Read(Source(10)).AddOutputs(session, new Dictionary<string, string> { ["sum"] = "teacher" }, 4)).ShouldBe("MOC3304");
    }

    private static OnnxModel Doubling(string output)
    {
        var graph = new GraphWriter();
        graph.Input("x", DataType.Float, -1, 3);
        graph.NodeTo("y", "Add", ["x", "x"]);
        graph.NodeTo("sum", "ReduceSum", ["y"], GraphWriter.Attribute("keepdims", 0L));
        graph.Output(output, DataType.Float, output == "y" ? [-1, 3] : []);
        return graph.Build();
    }

    private static Batches Source(int batch) => new(Numbers, [10, 3], batch);

    private static Batch Batch(float[] values, long[]? labels) =>
        new(new Dictionary<string, HostTensor> { ["x"] = HostTensor.From<float>(DataType.Float, [values.Length, 1], values) }, values.Length, labels);

    private static string Code(Action action) => Should.Throw<DiagnosticException>(action).Diagnostic.Code;

    private sealed class Given(IReadOnlyList<Batch> batches) : IBatchSource
    {
        public int Count => batches.Sum(batch => batch.Count);

        public IEnumerable<Batch> Read() => batches;
    }
}
