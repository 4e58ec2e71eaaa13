using ModelOptimizer.Methods;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Metrics;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Pipeline.Tests.Evaluation;

public class EvaluatorTests
{
    private static readonly float[][] Original = [[3, 1, 0], [0, 2, 1], [5, 4, 0], [1, 2, 9]];
    private static readonly float[][] Compressed = [[3, 1, 0], [2, 0, 1], [4, 5, 0], [1, 2, 9]];
    private static readonly long[] Labels = [0, 1, 1, 0];

    [Fact]
    public void Scores_Are_Kept_Per_Sample_For_Both_Models_In_The_Datas_Order()
    {
        var result = Evaluate(["top1", "agreement", "mse"]);

        result.Samples.ShouldBe(4);
        var top1 = result.Find("top1").ShouldNotBeNull();
        top1.Original.ShouldBe([1, 1, 0, 0]);
        top1.Compressed.ShouldBe([1, 0, 1, 0]);
        var agreement = result.Find("agreement").ShouldNotBeNull();
        agreement.Original.ShouldBe([1, 1, 1, 1]);
        agreement.Compressed.ShouldBe([1, 0, 0, 1]);
        result.Find("mse").ShouldNotBeNull().Compressed.ShouldBe([0, 8.0 / 3, 2.0 / 3, 0], 1e-15);
    }

    [Fact]
    public void Fidelity_Has_No_Value_For_The_Original()
    {
        var pairs = Evaluate(["top1", "agreement"]).Pairs;

        pairs[0].ShouldBe(new("top1", 0.5, 0.5, 4));
        double.IsNaN(pairs[1].Original).ShouldBeTrue();
        pairs[1].Compressed.ShouldBe(0.5);
    }

    [Theory]
    [InlineData("Double")]
    [InlineData("Float16")]
    [InlineData("Float")]
    public void Outputs_Of_Any_Float_Type_Are_Read(string type) =>
        Evaluate(["top1"], tensor: rows => Cast(rows, Enum.Parse<TensorProto.Types.DataType>(type))).Find("top1")!.Compressed.ShouldBe([1, 0, 1, 0]);

    [Theory]
    [InlineData("no labels", "top1", "the dataset has no labels; add 'labels:' to it, or gate a metric that needs none, such as 'agreement'")]
    [InlineData("label too large", "top1", "sample 3 has label 3, and output 'y' has 3 values; check 'labels:' and 'evaluate: { output: NAME }'")]
    [InlineData("few classes", "top5", "output 'y' has 3 values per sample and top5 needs at least 6; choose another with 'evaluate: { output: NAME }'")]
    [InlineData("NaN", "top1", "output 'y' of the compressed model has NaN or infinite values at sample 4; compress less")]
    [InlineData("infinite", "mse", "output 'y' of the compressed model has NaN or infinite values at sample 4; compress less")]
    [InlineData("NaN in the original", "agreement", "output 'y' of the original model has NaN or infinite values at sample 1; check the data and 'preprocess:'")]
    [InlineData("integers", "agreement", "output 'y' of the original model holds int64 values, and metrics need float, double or float16; choose another with 'evaluate: { output: NAME }'")]
    [InlineData("transposed", "agreement", "output 'y' of the original model has shape [3, 2] for a batch of 2, so its first dimension does not count samples; choose another with 'evaluate: { output: NAME }'")]
    public void A_Metric_That_Cannot_Be_Computed_Says_Why(string trouble, string metric, string problem)
    {
        var result = trouble switch
        {
            "no labels" => Evaluate([metric], labels: null),
            "label too large" => Evaluate([metric], labels: [0, 1, 3, 0]),
            "NaN" => Evaluate([metric], compressed: [.. Compressed[..3], [1, float.NaN, 0]]),
            "NaN in the original" => Evaluate([metric], tensor: rows => Cast([[float.NaN, 0, 1], rows[1]], TensorProto.Types.DataType.Float)),
            "infinite" => Evaluate([metric], compressed: [.. Compressed[..3], [1, float.PositiveInfinity, 0]]),
            "integers" => Evaluate([metric], tensor: rows => HostTensor.From<long>(TensorProto.Types.DataType.Int64, [rows.Length, 3], new long[rows.Length * 3])),
            "transposed" => Evaluate([metric], tensor: rows => new HostTensor(TensorProto.Types.DataType.Float, [3, rows.Length], Cast(rows, TensorProto.Types.DataType.Float).Bytes)),
            _ => Evaluate([metric]),
        };

        var scores = result.Find(metric).ShouldNotBeNull();
        scores.Problem.ShouldBe(problem);
        double.IsNaN(scores.CompressedValue).ShouldBeTrue();
        scores.Compressed.ShouldBeEmpty();
    }

    [Fact]
    public void A_Metric_That_Cannot_Be_Computed_Leaves_The_Others_Alone() =>
        Evaluate(["top1", "agreement"], labels: null).Find("agreement").ShouldNotBeNull().Problem.ShouldBeNull();

    [Fact]
    public void No_Samples_Have_No_Value()
    {
        var result = Evaluator.Evaluate(_ => throw new InvalidOperationException(), _ => throw new InvalidOperationException(), new ListSource(), Of(["mse"]), "y");

        result.Samples.ShouldBe(0);
        double.IsNaN(result.Metrics[0].CompressedValue).ShouldBeTrue();
    }

    [Fact]
    public void Progress_Is_Told_After_Every_Batch()
    {
        var seen = new List<MethodProgress>();

        Evaluate(["top1"], progress: new Recorder(seen));

        seen.ShouldBe([new("evaluate", 2, 4), new("evaluate", 4, 4)]);
    }

    [Fact]
    public void Cancelling_Stops() =>
        Should.Throw<OperationCanceledException>(() => Evaluate(["top1"], cancellation: new CancellationToken(canceled: true)));

    private static EvaluationResult Evaluate(string[] metrics, IProgress<MethodProgress>? progress = null, CancellationToken cancellation = default) =>
        Evaluate(metrics, Labels, null, null, progress, cancellation);

    private static EvaluationResult Evaluate(string[] metrics, float[][] compressed) => Evaluate(metrics, Labels, compressed, null);

    private static EvaluationResult Evaluate(string[] metrics, Func<float[][], HostTensor> tensor) => Evaluate(metrics, Labels, null, tensor);

    private static EvaluationResult Evaluate(
        string[] metrics,
        long[]? labels,
        float[][]? compressed = null,
        Func<float[][], HostTensor>? tensor = null,
        IProgress<MethodProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        tensor ??= rows => Cast(rows, TensorProto.Types.DataType.Float);
        var batches = new[] { 0, 2 }.Select(start => new Batch(new Dictionary<string, HostTensor>(), 2, labels?[start..(start + 2)])).ToArray();
        int Start(Batch batch) => 2 * Array.IndexOf(batches, batch);
        return Evaluator.Evaluate(
            batch => tensor(Original[Start(batch)..(Start(batch) + 2)]),
            batch => tensor((compressed ?? Compressed)[Start(batch)..(Start(batch) + 2)]),
            new ListSource(batches),
            Of(metrics),
            "y",
            progress,
            cancellation);
    }

    private static HostTensor Cast(float[][] rows, TensorProto.Types.DataType type)
    {
        long[] shape = [rows.Length, rows[0].Length];
        var values = rows.SelectMany(row => row).ToArray();
        return type switch
        {
            TensorProto.Types.DataType.Double => HostTensor.From<double>(type, shape, Array.ConvertAll(values, value => (double)value)),
            TensorProto.Types.DataType.Float16 => HostTensor.From<Half>(type, shape, Array.ConvertAll(values, value => (Half)value)),
            _ => HostTensor.From<float>(type, shape, values),
        };
    }

    private static IMetric[] Of(string[] names) => [.. names.Select(name => MetricCatalogue.All.Single(metric => metric.Name == name))];

    private sealed class Recorder(List<MethodProgress> seen) : IProgress<MethodProgress>
    {
        public void Report(MethodProgress value) => seen.Add(value);
    }
}
