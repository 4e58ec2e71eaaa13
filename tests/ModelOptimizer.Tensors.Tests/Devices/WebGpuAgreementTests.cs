using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Statistics;
using ModelOptimizer.Tensors.Tests.LinearAlgebra;
using ModelOptimizer.Tensors.Tests.Statistics;
using ModelOptimizer.Tensors.Tests.Training;
using ModelOptimizer.Tensors.Training;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tensors.Tests.Devices;

/// <summary>What is computed on WebGPU agrees with the CPU, within what docs/devices.md says.</summary>
[Collection(WebGpuGroup.Name)]
public sealed class WebGpuAgreementTests(EngineFixture fixture, WebGpuFixture webGpu) : IClassFixture<EngineFixture>
{
    private const double OfMoments = 1e-5;
    private const double OfLosses = 1e-4;

    [WebGpuFact]
    public void Second_moments_of_convolutions_and_dense_layers_agree()
    {
        // 40 images have 10,240 windows, and the dense layer 10,240 rows: more than float32 adds up in one go.
        long[] shape = [40, 3, 16, 16];
        var model = new GraphBuilder()
            .Input("x", [-1, 3, 16, 16])
            .Conv("x", "hidden", 3, 3, [3, 3], attributes: ("pads", new[] { 1, 1, 1, 1 }))
            .Node("Relu", ["hidden"], ["active"])
            .Node("Transpose", ["active"], ["rows"], ("perm", new[] { 0, 2, 3, 1 }))
            .Output("rows")
            .Build();

        Compare(
            model,
            [
                new("active", new([3, 3], [1, 1], [1, 1, 1, 1], [1, 1], 1, "NOTSET")),
                new("active", new([3, 3], [2, 2], [1, 1, 1, 1], [1, 1], 3, "NOTSET")),
                new("rows", null),
            ],
            shape);
    }

    [WebGpuFact]
    public void Training_steps_agree()
    {
        var plan = new TrainingPlan(6, new LearningRate(0.02), Seed: 3);

        // Twelve weights are more than a shader may have buffers.
        var found = new ExclusiveOr(webGpu.Engine, more: 4).Train(plan);
        var expected = new ExclusiveOr(fixture.Engine, more: 4).Train(plan);

        found.Losses.Count.ShouldBe(6);
        foreach (var (loss, reference) in found.Losses.Zip(expected.Losses))
        {
            ((double)loss).ShouldBe(reference, OfLosses * Math.Abs(reference));
        }

    }

    [WebGpuFact]
    public void Linear_algebra_in_float64_is_the_CPUs_bit_for_bit()
    {
        var (a, b) = (Numbers.Random(70, 50, 1), Numbers.Random(50, 60, 2));

        webGpu.Engine.LinearAlgebra.Multiply(a, b).Values.ShouldBe(fixture.Algebra.Multiply(a, b).Values);
        webGpu.Engine.LinearAlgebra.Cholesky(Numbers.PositiveDefinite(60, 3)).Values.ShouldBe(fixture.Algebra.Cholesky(Numbers.PositiveDefinite(60, 3)).Values);
    }

    private void Compare(Onnx.OnnxModel model, MomentKey[] keys, long[] shape)
    {
        var batches = new Batches(Batches.Exact(shape, 5), shape, (int)shape[0]);
        var found = new MomentCollector(webGpu.Engine, model, batches);
        var expected = new MomentCollector(fixture.Engine, model, batches);
        found.Require(keys, CancellationToken.None);
        expected.Require(keys, CancellationToken.None);
        foreach (var key in keys)
        {
            found[key].Count.ShouldBe(expected[key].Count);
            for (var group = 0; group < expected[key].Sigma.Count; group++)
            {
                Compare(found[key].Sigma[group], expected[key].Sigma[group]);
                found[key].Mean[group].Zip(expected[key].Mean[group]).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) <= OfMoments);
            }
        }
    }

    private static void Compare(Matrix found, Matrix expected)
    {
        for (var i = 0; i < found.Rows; i++)
        {
            for (var j = 0; j < found.Columns; j++)
            {
                found[i, j].ShouldBe(expected[i, j], OfMoments * Math.Sqrt(expected[i, i] * expected[j, j]));
            }
        }
    }
}
