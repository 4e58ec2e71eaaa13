using ModelOptimizer.Methods.Sequential;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Statistics;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Sequential;

public class LayerSumsTests
{
    // Channels read and given, kernel, pads before, pads after, extents; what is added to the input, and how near float32 or float64 products come.
    [Theory]
    [InlineData(17, 5, 3, 3, 1, 1, 1, 1, 9, 7, 0, 1e-6)]
    [InlineData(17, 5, 5, 3, 2, 0, 1, 2, 6, 8, 0, 1e-6)]
    [InlineData(17, 5, 2, 2, 0, 1, 1, 0, 4, 4, 0, 1e-6)]
    [InlineData(17, 5, 3, 3, 0, 0, 0, 0, 5, 5, 0, 1e-6)]
    [InlineData(17, 5, 1, 1, 0, 0, 0, 0, 5, 6, 0, 1e-6)]
    [InlineData(17, 20, 3, 2, 1, 0, 1, 1, 6, 5, 0, 1e-6)]
    [InlineData(300, 20, 1, 1, 0, 0, 0, 0, 4, 3, 0, 1e-6)]
    [InlineData(17, 5, 3, 3, 1, 1, 1, 1, 60, 60, 0, 1e-6)]
    [InlineData(17, 5, 3, 3, 1, 1, 1, 1, 9, 7, 1000, 1e-12)]
    public void Images_give_the_moments_of_their_windows(
        int inputs, int given, int kernelHeight, int kernelWidth, int top, int left, int bottom, int right, int height, int width, double offset,
        double tolerance)
    {
        long[] read = [5, inputs, height, width];
        long[] extents = [5, given, height + top + bottom - kernelHeight + 1, width + left + right - kernelWidth + 1];
        var model = new GraphBuilder().Input("x", read)
            .Conv("x", "y", given, inputs, [kernelHeight, kernelWidth], attributes: ("pads", new long[] { top, left, bottom, right })).Output("y").Build();
        var layer = LayerFinder.Find(model).Single();
        var (algebra, sessions) = (TestEngine.Shared.LinearAlgebra, new MomentSessions(TestEngine.Shared));
        CrossMoments New() => new(algebra, 1, inputs * kernelHeight * kernelWidth, given);
        var (images, expected) = (new LayerSums(sessions, New()), New());
        foreach (var seed in new[] { 2, 3 })
        {
            var windows = new LayerWindows(
                layer, Tensor(read, seed, offset), Tensor(extents, seed + 10, 0), Tensor(extents, seed + 20, 0), Tensor(extents, seed + 30, 0));
            windows.Images.ShouldNotBeNull();
            images.Add(windows, 0, 2);
            images.Add(windows, 2, 5);
            var (patches, outputs) = windows.Read(0, 5);
            expected.Add(patches, outputs);
        }

        var found = images.Finish();

        found.Count.ShouldBe(expected.Count);
        // Products are those of all pixels, less those that a tap never stands on: rounding is a share of the whole.
        var variance = expected.Sigma(0)[0, 0] * Math.Max(1, height * width * 5 * 2 / (double)expected.Count);
        var scale = Math.Sqrt(variance * 3);
        Largest(found.Sigma(0).Values, expected.Sigma(0).Values).ShouldBeLessThan(tolerance * variance);
        Largest(found.Cross(0).Values, expected.Cross(0).Values).ShouldBeLessThan(tolerance * scale);
        Largest(found.Inputs(0), expected.Inputs(0)).ShouldBeLessThan(1e-12 * scale);
        Largest(found.Outputs(0), expected.Outputs(0)).ShouldBeLessThan(1e-12 * scale);
    }

    private static double Largest(double[] found, double[] expected) => found.Zip(expected, (a, b) => Math.Abs(a - b)).Max();

    private static HostTensor Tensor(long[] shape, int seed, double offset) => HostTensor.From<float>(
        TensorProto.Types.DataType.Float,
        shape,
        Array.ConvertAll(GraphBuilder.Normal(shape, 1, seed), value => (float)(value + offset)));
}
