using System.Numerics.Tensors;
using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Statistics;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.LowRank;

public class MetricTests
{
    [Fact]
    public void The_metric_of_a_difference_is_the_mean_squared_difference_of_two_convolutions_on_the_calibration_images()
    {
        var model = new GraphBuilder()
            .Input("x", [-1, 4, 11, 10])
            .Conv("x", "y", 6, 4, [3, 2], bias: false, group: 1, ("strides", new[] { 2, 2 }), ("dilations", new[] { 2, 2 }), ("pads", new[] { 1, 1, 1, 1 }))
            .Output("y")
            .Build();
        var other = model.Clone();
        WeightValues.Write(other.Graph.Initializer[0], new Random64(3).Normals(6 * 4 * 6));
        var layer = LayerFinder.Find(model).ShouldHaveSingleItem();
        var batches = new RandomBatches(model);
        var key = FactorLayer.From(layer, new Dictionary<string, long[]>(), new TuckerFactorization(TuckerVariant.Joint)).Moment!;
        var statistics = new MomentCollector(TestEngine.Shared, model, batches);
        statistics.Require([key], CancellationToken.None);
        double[] Weights(Onnx.OnnxModel of) => WeightValues.ReadDoubles(of.Graph.Initializer[0]);
        var difference = new Matrix(6, 4 * 6);
        TensorPrimitives.Subtract(Weights(model), Weights(other), difference.Values);

        var metric = new KernelProblem(
            TestEngine.Shared.LinearAlgebra,
            difference,
            6,
            new CovarianceMetric(TestEngine.Shared.LinearAlgebra, statistics[key].Sigma[0], 6)
        ).Energy;

        double sum = 0, windows = 0;
        foreach (var batch in batches.Read())
        {
            var (a, b) = (MethodRun.Outputs(model, batch), MethodRun.Outputs(other, batch));
            sum += a.Zip(b, (p, q) => (p - q) * (p - q)).Sum();
            windows += a.Length / 6.0;
        }

        metric.ShouldBe(sum / windows, 1e-4 * sum / windows);
        statistics[key].Count.ShouldBe((long)windows);
    }

    [Fact]
    public void With_centred_moments_the_metric_is_what_is_left_after_the_best_move_of_the_bias()
    {
        var random = new Random64(14);
        var (patches, difference) = (random.Matrix(200, 12), random.Matrix(5, 12));
        for (var i = 0; i < patches.Values.Length; i++)
        {
            patches.Values[i] += 0.4 * (i % 12);
        }

        var algebra = TestEngine.Shared.LinearAlgebra;
        var sigma = algebra.Multiply(patches, patches, transposeA: true);
        TensorPrimitives.Divide(sigma.Values, 200.0, sigma.Values);
        var mean = Enumerable.Range(0, 12).Select(j => Enumerable.Range(0, 200).Average(i => patches[i, j])).ToArray();
        var centred = MomentPreparation.Prepare(new SecondMoment([sigma], [mean], 200), 0, centred: true, shrink: 0);

        var metric = new KernelProblem(algebra, difference, 1, new CovarianceMetric(algebra, centred, 1)).Energy;

        // Independently: the variance of every output of Δx over the patches, summed.
        var outputs = algebra.Multiply(difference, patches, transposeB: true);
        var expected = Enumerable.Range(0, 5).Sum(t =>
        {
            var row = outputs.Row(t).ToArray();
            return row.Average(value => Math.Pow(value - row.Average(), 2));
        });
        metric.ShouldBe(expected, 1e-10 * expected);
    }

    [Theory]
    [InlineData(0, 100, 0.1)]
    [InlineData(500, 100, 0.05)]
    [InlineData(1000, 100, 0)]
    [InlineData(5000, 100, 0)]
    public void Windows_below_ten_per_direction_shrink(long windows, int size, double expected) =>
        MomentPreparation.AutomaticShrink(windows, size).ShouldBe(expected, 1e-12);

    [Fact]
    public void Shrinking_keeps_the_trace_and_ends_at_a_multiple_of_the_identity()
    {
        var moment = new SecondMoment([new Random64(2).Sigma(6)], [new double[6]], 1000);
        double Trace(Matrix matrix) => Enumerable.Range(0, 6).Sum(i => matrix[i, i]);

        var half = MomentPreparation.Prepare(moment, 0, centred: false, shrink: 0.5);
        var full = MomentPreparation.Prepare(moment, 0, centred: false, shrink: 1);

        Trace(half).ShouldBe(Trace(moment.Sigma[0]), 1e-10);
        half[0, 1].ShouldBe(0.5 * moment.Sigma[0][0, 1], 1e-12);
        full[0, 1].ShouldBe(0, 1e-12);
        full[3, 3].ShouldBe(Trace(moment.Sigma[0]) / 6, 1e-10);
    }

    [Theory]
    [InlineData(9, 8, 3)]
    [InlineData(4, 5, 5)]
    [InlineData(1, 7, 2)]
    public void Products_by_blocks_are_those_of_the_whole_matrix(int taps, int channels, int rank)
    {
        var random = new Random64(17);
        var (sigma, input) = (random.Sigma(channels * taps), random.Matrix(channels, rank));
        var metric = new CovarianceMetric(TestEngine.Shared.LinearAlgebra, sigma, taps);

        var gram = metric.CoreGram(input);

        for (var row = 0; row < taps * rank; row++)
        {
            for (var column = 0; column < taps * rank; column++)
            {
                var expected = 0.0;
                for (var s = 0; s < channels; s++)
                {
                    for (var other = 0; other < channels; other++)
                    {
                        expected += input[s, row % rank] * sigma[(s * taps) + (row / rank), (other * taps) + (column / rank)] * input[other, column % rank];
                    }
                }

                gram[row, column].ShouldBe(expected, 1e-9 * Math.Abs(gram[0, 0]));
            }
        }
    }
}
