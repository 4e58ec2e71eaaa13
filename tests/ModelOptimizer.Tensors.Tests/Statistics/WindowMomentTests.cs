using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Statistics;
using ModelOptimizer.Tensors.Tests.LinearAlgebra;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tensors.Tests.Statistics;

/// <summary>Moments of windows, some of which are added up offset by offset, against convolutions.</summary>
public sealed class WindowMomentTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private const double Tolerance = 1e-9;

    public static IEnumerable<object[]> Geometries => new TheoryData<string, long[], ConvGeometry>
    {
        { "plain", [5, 3, 9, 8], new([3, 3], [1, 1], [1, 1, 1, 1], [1, 1], 1, "NOTSET") },
        { "stride 2, pad 1, dilation 2", [4, 3, 11, 10], new([3, 3], [2, 2], [1, 1, 1, 1], [2, 2], 1, "NOTSET") },
        { "groups", [3, 6, 7, 7], new([3, 3], [1, 1], [1, 1, 1, 1], [1, 1], 3, "NOTSET") },
        { "asymmetric pads and kernel", [3, 2, 8, 9], new([3, 2], [1, 2], [2, 0, 1, 3], [1, 1], 1, "NOTSET") },
        { "one by one with stride", [3, 4, 7, 7], new([1, 1], [2, 2], [0, 0, 0, 0], [1, 1], 1, "NOTSET") },
        { "one-dimensional", [4, 3, 17], new([5], [2], [1, 3], [2], 1, "NOTSET") },
        { "SAME_UPPER", [3, 2, 8, 9], new([4, 3], [2, 2], [0, 0, 0, 0], [1, 1], 1, "SAME_UPPER") },
        { "SAME_LOWER", [3, 2, 8, 9], new([4, 3], [2, 2], [0, 0, 0, 0], [1, 1], 1, "SAME_LOWER") },
        { "as large as the image", [6, 2, 5, 5], new([5, 5], [1, 1], [0, 0, 0, 0], [1, 1], 1, "NOTSET") },
        { "many block rows", [4, 50, 7, 6], new([3, 3], [2, 1], [1, 1, 1, 1], [1, 1], 1, "NOTSET") },
        { "many channels", [4, 50, 6, 6], new([3, 3], [1, 1], [1, 1, 1, 1], [1, 1], 1, "NOTSET") },
        { "many channels without pads", [3, 16, 7, 6], new([3, 3], [1, 1], [0, 0, 0, 0], [1, 1], 1, "NOTSET") },
        { "many channels, uneven pads and kernel", [3, 17, 6, 7], new([3, 2], [1, 1], [2, 0, 1, 3], [1, 1], 1, "NOTSET") },
        { "many channels, pads beyond the kernel", [3, 16, 4, 5], new([3, 3], [1, 1], [3, 4, 5, 3], [1, 1], 1, "NOTSET") },
        { "many channels, a window as large as the image", [7, 16, 5, 4], new([5, 4], [1, 1], [0, 0, 0, 0], [1, 1], 1, "NOTSET") },
        { "many channels, one line high", [5, 16, 1, 9], new([1, 3], [1, 1], [0, 1, 0, 0], [1, 1], 1, "NOTSET") },
        { "many channels, SAME_LOWER", [3, 18, 6, 5], new([4, 3], [1, 1], [0, 0, 0, 0], [1, 1], 1, "SAME_LOWER") },
    };

    [Theory]
    [MemberData(nameof(Geometries))]
    internal void The_metric_is_the_mean_squared_change_of_the_convolution(string name, long[] shape, ConvGeometry window)
    {
        var x = Batches.Exact(shape, 1);

        var moment = Collect(new Batches(x, shape, 2), shape.Length, window);

        var explicitWindow = window.Resolve(shape[2..]);
        for (var group = 0; group < window.Group; group++)
        {
            var sigma = moment.Sigma[group];
            var delta = Numbers.Random(4, sigma.Rows, 2);
            var outputs = Patches.Convolve(x, shape, explicitWindow, group, delta);
            moment.Count.ShouldBe(outputs.Count, name);
            var measured = outputs.Sum(output => output.Sum(value => value * value)) / outputs.Count;
            Metric(delta, sigma).ShouldBe(measured, Tolerance * measured, name);
        }
    }

    [Theory]
    [MemberData(nameof(Geometries))]
    internal void The_centred_metric_is_what_remains_when_the_bias_moves(string name, long[] shape, ConvGeometry window)
    {
        var x = Batches.Exact(shape, 3);

        var moment = Collect(new Batches(x, shape, 3), shape.Length, window);

        var explicitWindow = window.Resolve(shape[2..]);
        var (sigma, mean) = (moment.Sigma[0], moment.Mean[0]);
        var centred = sigma.Clone();
        for (var i = 0; i < centred.Values.Length; i++)
        {
            centred.Values[i] -= mean[i / sigma.Columns] * mean[i % sigma.Columns];
        }

        var delta = Numbers.Random(3, sigma.Rows, 4);
        var outputs = Patches.Convolve(x, shape, explicitWindow, 0, delta);
        // The best bias is the mean output, found here from the outputs, not from μ.
        double[] bias = [.. Enumerable.Range(0, delta.Rows).Select(t => outputs.Average(output => output[t]))];
        var measured = outputs.Average(output => output.Select((value, t) => Math.Pow(value - bias[t], 2)).Sum());
        Metric(delta, centred).ShouldBe(measured, Tolerance * measured, name);
        for (var t = 0; t < delta.Rows; t++)
        {
            mean.Select((value, d) => value * delta[t, d]).Sum().ShouldBe(bias[t], Tolerance, name);
        }
    }

    [Theory]
    [MemberData(nameof(Geometries))]
    internal void A_moment_is_symmetric_and_positive_semidefinite(string name, long[] shape, ConvGeometry window)
    {
        var moment = Collect(new Batches(Batches.Exact(shape, 5), shape, 2), shape.Length, window);

        foreach (var sigma in moment.Sigma)
        {
            sigma.Transpose().Values.ShouldBe(sigma.Values, name);
            var trace = Enumerable.Range(0, sigma.Rows).Sum(i => sigma[i, i]);
            fixture.Algebra.SymmetricEigenvalues(sigma)[^1].ShouldBeGreaterThanOrEqualTo(-1e-10 * trace, name);
        }
    }

    [Theory]
    [InlineData("NOTSET", 2, 2)]
    [InlineData("SAME_UPPER", 2, 1)]
    [InlineData("SAME_LOWER", 2, 1)]
    [InlineData("NOTSET", 1, 1)]
    [InlineData("SAME_UPPER", 1, 1)]
    public void The_metric_agrees_with_the_runtimes_own_convolution(string autoPad, int stride, int dilation)
    {
        long[] shape = [4, 3, 11, 8];
        var x = Batches.Exact(shape, 20);
        (string, object) padding = autoPad == "NOTSET" ? ("pads", new[] { 1, 0, 2, 1 }) : ("auto_pad", autoPad);
        var model = new GraphBuilder()
            .Input("x", [-1, 3, 11, 8])
            .Conv(
                "x",
                "delta",
                5,
                3,
                [4, 3],
                bias: false,
                attributes: [("strides", new[] { stride, stride }), ("dilations", new[] { dilation, dilation }), padding]
            )
            .Output("delta")
            .Build();
        ConvGeometry window = new([4, 3], [stride, stride], autoPad == "NOTSET" ? [1, 0, 2, 1] : [0, 0, 0, 0], [dilation, dilation], 1, autoPad);
        var key = new MomentKey("x", window);
        var collector = new MomentCollector(fixture.Engine, model, new Batches(x, shape, 3));

        collector.Require([key], CancellationToken.None);

        using var session = fixture.Engine.CreateSession(model);
        var output = session.Run(new Batches(x, shape, 4).Read().Single().Inputs)["delta"].As<float>().ToArray();
        var weight = new Matrix(5, 36, Onnx.Values.WeightValues.ReadDoubles(model.Graph.Initializer[0]));
        var measured = output.Sum(value => (double)value * value) / (output.Length / 5);
        collector[key].Count.ShouldBe(output.Length / 5);
        Metric(weight, collector[key].Sigma[0]).ShouldBe(measured, 1e-4 * measured);
    }

    [Fact]
    public void The_moment_of_ones_without_padding_is_all_ones()
    {
        long[] shape = [3, 2, 6, 6];
        var ones = Enumerable.Repeat(1.0, 3 * 2 * 36).ToArray();

        var moment = Collect(new Batches(ones, shape, 3), 4, new([3, 3], [1, 1], [0, 0, 0, 0], [1, 1], 1, "NOTSET"));

        moment.Sigma[0].Values.ShouldAllBe(value => value == 1);
        moment.Mean[0].ShouldAllBe(value => value == 1);
        moment.Count.ShouldBe(3 * 16);
    }

    [Fact]
    public void Images_of_several_extents_are_of_one_moment()
    {
        long[] wide = [3, 16, 5, 9];
        long[] high = [2, 16, 7, 4];
        // So many that the last are added up another way.
        long[][] others = [[1, 16, 6, 6], [2, 16, 8, 3], [1, 16, 4, 5]];
        var (x, y) = (Batches.Exact(wide, 21), Batches.Exact(high, 22));
        var more = others.Select((shape, i) => (Values: Batches.Exact(shape, 23 + i), Shape: shape)).ToList();
        ConvGeometry window = new([3, 3], [1, 1], [1, 1, 1, 1], [1, 1], 1, "NOTSET");
        var batches = new Joined(
            [new Batches(x, wide, 2), new Batches(y, high, 2), .. more.Select(other => new Batches(other.Values, other.Shape, 2)), new Batches(x, wide, 3)]);
        var key = new MomentKey("tap", window);

        var moment = Moments.Collect(fixture.Engine, Moments.Identity(4), batches, key)[key];

        var windows = Patches.Windows(x, wide, window, 0).ToList();
        var expected = Moments.Of([
            .. windows, .. Patches.Windows(y, high, window, 0), .. windows,
            .. more.SelectMany(other => Patches.Windows(other.Values, other.Shape, window, 0)),
        ]);
        moment.Count.ShouldBe((2 * 3 * 45) + (2 * 28) + 36 + (2 * 24) + 20);
        Numbers.Distance(moment.Sigma[0], expected).ShouldBeLessThan(1e-14);
    }

    [Fact]
    public void A_sample_too_large_for_one_run_is_cut_into_lines()
    {
        long[] shape = [1, 40, 150, 150];
        var x = Batches.Exact(shape, 7);
        ConvGeometry window = new([3, 3], [2, 1], [1, 0, 0, 1], [2, 1], 1, "NOTSET");

        var moment = Collect(new Batches(x, shape, 1), 4, window);

        // 74×149 windows of 360 numbers are 32 MB of doubles; with stride 1 they would be 64 MB.
        var delta = Numbers.Random(1, 360, 8);
        var dense = window with { Strides = [1, 1] };
        var cut = Collect(new Batches(x, shape, 1), 4, dense);
        foreach (var (found, geometry) in new[] { (moment, window), (cut, dense) })
        {
            var outputs = Patches.Convolve(x, shape, geometry, 0, delta);
            found.Count.ShouldBe(outputs.Count);
            var measured = outputs.Average(output => output[0] * output[0]);
            Metric(delta, found.Sigma[0]).ShouldBe(measured, Tolerance * measured);
        }
    }

    // So many products that float32 is accurate enough, or would be if the numbers varied.
    [Theory]
    [InlineData(160, 3, 16, 20, 0, 1e-6)]
    [InlineData(1100, 1, 25, 20, 0, 1e-6)]
    [InlineData(160, 3, 16, 20, 1000, 1e-13)]
    public void Moments_of_many_products_are_those_of_the_windows(int channels, int kernel, int samples, int extent, double offset, double tolerance)
    {
        long[] shape = [samples, channels, extent, extent];
        var pad = kernel / 2;
        var window = new ConvGeometry([kernel, kernel], [1, 1], [pad, pad, pad, pad], [1, 1], 1, "NOTSET");
        var x = Array.ConvertAll(GraphBuilder.Normal(shape, 1, 30), value => (double)(float)(value + offset));

        var moment = Collect(new Batches(x, shape, 5), 4, window);

        List<double[]> windows = [.. Patches.Windows(x, shape, window, 0)];
        var expected = fixture.Algebra.Gram(new Matrix(windows.Count, windows[0].Length, [.. windows.SelectMany(patch => patch)]).Transpose());
        moment.Count.ShouldBe(windows.Count);
        var scale = expected.Values.Max();
        var sigma = moment.Sigma[0];
        sigma.Values.Zip(expected.Values, (found, sum) => Math.Abs((found * windows.Count) - sum)).Max().ShouldBeLessThan(tolerance * scale);
        sigma.Transpose().Values.ShouldBe(sigma.Values);
        moment.Mean[0][0].ShouldBe(windows.Average(patch => patch[0]), 1e-12 * (1 + offset));
    }

    private static double Metric(Matrix delta, Matrix sigma)
    {
        var product = Numbers.Multiply(delta, sigma);
        return product.Values.Zip(delta.Values, (a, b) => a * b).Sum();
    }

    private SecondMoment Collect(Batches batches, int rank, ConvGeometry? window) => Moments.Collect(fixture.Engine, batches, rank, window);

    private sealed class Joined(params Batches[] parts) : IBatchSource
    {
        public int Count => parts.Sum(part => part.Count);

        public IEnumerable<Batch> Read() => parts.SelectMany(part => part.Read());
    }
}
