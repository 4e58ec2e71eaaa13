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
    [InlineData("label too large", "top1", "sample 2 has label 3, and output 'y' has 3 values; check 'labels:' and 'evaluate: { output: NAME }'")]
    [InlineData("few classes", "top5", "output 'y' has 3 values per sample and top5 needs at least 6; choose another with 'evaluate: { output: NAME }'")]
    [InlineData("negative label", "auc", "sample 1 has label -1, and output 'y' has 3 values; check 'labels:' and 'evaluate: { output: NAME }'")]
    [InlineData("large token", "perplexity", "sample 2 has label 3, and output 'y' has 3 values; check 'labels:' and 'evaluate: { output: NAME }'")]
    [InlineData(
        "one-hot",
        "top1",
        "the labels are 3 whole numbers per sample, and top1 needs the number of the right class; save that, such as np.argmax(labels, 1)"
    )]
    [InlineData(
        "real labels",
        "f1-macro",
        "the labels are a number that is not whole per sample, and f1-macro needs the number of the right class; save that, such as np.argmax(labels, 1)"
    )]
    [InlineData(
        "real labels",
        "perplexity",
        "the labels are a number that is not whole per sample, and perplexity needs whole numbers: those of the right tokens"
    )]
    [InlineData(
        "two labels",
        "perplexity",
        "output 'y' has 3 values per sample, which cannot be shared out among 2 labels; perplexity needs an output [samples, tokens, words] and labels "
            + "[samples, tokens]"
    )]
    [InlineData(
        "two labels",
        "mae",
        "output 'y' has 3 values per sample and the labels have 2, and mae compares one with one; check 'labels:' and 'evaluate: { output: NAME }'"
    )]
    [InlineData("NaN", "rmse", "output 'y' of the compressed model has NaN or infinite values at sample 3; compress less")]
    [InlineData("NaN", "top1", "output 'y' of the compressed model has NaN or infinite values at sample 3; compress less")]
    [InlineData("infinite", "mse", "output 'y' of the compressed model has NaN or infinite values at sample 3; compress less")]
    [InlineData(
        "NaN in the original",
        "agreement",
        "output 'y' of the original model has NaN or infinite values at sample 0; check the data and 'preprocess:'"
    )]
    [InlineData(
        "integers",
        "agreement",
        "output 'y' of the original model holds int64 values, and metrics need float, double or float16; choose another with 'evaluate: { output: NAME }'"
    )]
    [InlineData(
        "transposed",
        "agreement",
        "output 'y' of the original model has shape [3, 2] for a batch of 2, so its first dimension does not count samples; choose another with 'evaluate: { "
            + "output: NAME }'"
    )]
    public void A_Metric_That_Cannot_Be_Computed_Says_Why(string trouble, string metric, string problem)
    {
        var result = trouble switch
        {
            "no labels" => Evaluate([metric], labels: null),
            "label too large" => Evaluate([metric], labels: [0, 1, 3, 0]),
            "negative label" => Evaluate([metric], labels: [0, -1, 1, 0]),
            "large token" => Evaluate([metric], labels: [0, -1, 3, 0]),
            "one-hot" => Evaluate([metric], null, targets: [1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1]),
            "real labels" => Evaluate([metric], null, targets: [0, 0.5, 1, 2]),
            "two labels" => Evaluate([metric], null, targets: [0, 1, 1, 2, 2, 0, 0, 0]),
            "NaN" when metric == "rmse" => Evaluate([metric], null, compressed: [.. Compressed[..3], [1, float.NaN, 0]], targets: new double[12]),
            "NaN" => Evaluate([metric], compressed: [.. Compressed[..3], [1, float.NaN, 0]]),
            "NaN in the original" => Evaluate([metric], tensor: rows => Cast([[float.NaN, 0, 1], rows[1]], TensorProto.Types.DataType.Float)),
            "infinite" => Evaluate([metric], compressed: [.. Compressed[..3], [1, float.PositiveInfinity, 0]]),
            "integers" => Evaluate([metric], tensor: rows =>
                HostTensor.From<long>(TensorProto.Types.DataType.Int64, [rows.Length, 3], new long[rows.Length * 3])
            ),
            "transposed" => Evaluate([metric], tensor: rows => new HostTensor(
                TensorProto.Types.DataType.Float,
                [3, rows.Length],
                Cast(rows, TensorProto.Types.DataType.Float).Bytes
            )),
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
        var result = Evaluator.Evaluate(
            _ => throw new InvalidOperationException(),
            _ => throw new InvalidOperationException(),
            new ListSource(),
            Of(["mse"]),
            "y"
        );

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
    public void Metrics_Of_All_Samples_Have_Both_Models_Values()
    {
        var scores = Evaluate(["f1-macro"]).Find("f1-macro").ShouldNotBeNull();

        scores.Samples.ShouldBe(4);
        // Labels 0 1 1 0; the original says 0 1 0 2, the compressed model 0 0 1 2.
        scores.OriginalValue.ShouldBe(((2.0 / 4) + (2.0 / 3)) / 2, 1e-15);
        scores.CompressedValue.ShouldBe(((2.0 / 4) + (2.0 / 3)) / 2, 1e-15);
    }

    [Fact]
    public void Labels_May_Be_The_Numbers_That_The_Model_Should_Give()
    {
        var scores = Evaluate(["mae"], null, targets: [3, 1, 0.5, 0, 0, 1, 5, 4, 3, 1, 2, 9]).Find("mae").ShouldNotBeNull();

        scores.Original.ShouldBe([0.5 / 3, 2.0 / 3, 1, 0], 1e-15);
        scores.Compressed.ShouldBe([0.5 / 3, 2.0 / 3, 5.0 / 3, 0], 1e-15);
    }

    [Fact]
    public void Whole_Numbers_Are_Classes_Whatever_Their_Type() =>
        Evaluate(["top1"], null, targets: [0, 1, 1, 0]).Find("top1")!.Compressed.ShouldBe([1, 0, 1, 0]);

    [Fact]
    public void Stops_When_It_Is_Told_That_It_Has_Seen_Enough()
    {
        var seen = new List<int>();

        var result = Evaluate(["top1"], Labels, stop: partial =>
        {
            seen.Add(partial.Samples);
            return true;
        });

        seen.ShouldBe([2]);
        (result.Samples, result.Total, result.IsComplete).ShouldBe((2, 4, false));
        result.Find("top1")!.Compressed.ShouldBe([1, 0]);
    }

    [Fact]
    public void Goes_On_When_It_Is_Told_To_And_Does_Not_Ask_At_The_End()
    {
        var asked = 0;

        var result = Evaluate(["top1"], Labels, stop: _ => ++asked > 1);

        asked.ShouldBe(1);
        result.IsComplete.ShouldBeTrue();
    }

    [Fact]
    public void Cancelling_Stops() =>
        Should.Throw<OperationCanceledException>(() => Evaluate(["top1"], cancellation: new CancellationToken(canceled: true)));

    private static EvaluationResult Evaluate(string[] metrics, IProgress<MethodProgress>? progress = null, CancellationToken cancellation = default) =>
        Evaluate(metrics, Labels, null, null, progress, cancellation: cancellation);

    private static EvaluationResult Evaluate(string[] metrics, float[][] compressed) => Evaluate(metrics, Labels, compressed, null);

    private static EvaluationResult Evaluate(string[] metrics, Func<float[][], HostTensor> tensor) => Evaluate(metrics, Labels, null, tensor);

    private static EvaluationResult Evaluate(
        string[] metrics,
        long[]? labels,
        float[][]? compressed = null,
        Func<float[][], HostTensor>? tensor = null,
        IProgress<MethodProgress>? progress = null,
        double[]? targets = null,
        Func<EvaluationResult, bool>? stop = null,
        CancellationToken cancellation = default)
    {
        var width = (targets?.Length ?? 0) / 4;
        tensor ??= rows => Cast(rows, TensorProto.Types.DataType.Float);
        var batches = new[] { 0, 2 }.Select(start => targets is null
            ? new Batch(new Dictionary<string, HostTensor>(), 2, labels?[start..(start + 2)])
            : new Batch(new Dictionary<string, HostTensor>(), 2) { Targets = targets[(width * start)..(width * (start + 2))] }).ToArray();
        int Start(Batch batch) => 2 * Array.IndexOf(batches, batch);
        return Evaluator.Evaluate(
            batch => tensor(Original[Start(batch)..(Start(batch) + 2)]),
            batch => tensor((compressed ?? Compressed)[Start(batch)..(Start(batch) + 2)]),
            new ListSource(batches),
            Of(metrics),
            "y",
            progress,
            stop,
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

    private static IMetric[] Of(string[] names) =>
        [.. names.Select(name => MetricCatalogue.TryGet(name, out var metric) ? metric : throw new ArgumentException(name))];

    private sealed class Recorder(List<MethodProgress> seen) : IProgress<MethodProgress>
    {
        public void Report(MethodProgress value) => seen.Add(value);
    }
}
