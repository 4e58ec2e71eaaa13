using ModelOptimizer.Methods.Sequential;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Sequential;

public class SequentialWalkTests
{
    [Fact]
    public void In_a_model_that_nothing_was_done_to_every_layer_stays_as_it_is()
    {
        var model = ResidualNetwork.Create();
        var changed = model.Clone();
        using var walk = Walk(model, changed, out var layers);
        foreach (var layer in layers)
        {
            var (weight, fit) = Fit(walk, layer, changed);

            MethodRun.Difference(weight.Values, fit.Weight.Values).ShouldBeLessThan(1e-5, layer.Name);
            fit.Shift(fit.Weight).Zip(Numbers(changed, layer.Bias!), (mean, bias) => Math.Abs(mean - bias)).Max().ShouldBeLessThan(1e-5, layer.Name);
        }
    }

    [Theory]
    [InlineData("a.2", "a.sum")]
    [InlineData("b.1", "b.1")]
    [InlineData("c.2", "c.sum")]
    [InlineData("c.p", "c.sum")]
    [InlineData("d.2", "d.sum")]
    [InlineData("scores", "scores")]
    public void A_layer_makes_up_for_what_was_done_before_it(string name, string repaired)
    {
        var model = ResidualNetwork.Create();
        var changed = model.Clone();
        Spoil(changed, "stem.w");
        Spoil(changed, "a.1.w");
        if (name == "c.p")
        {
            // The other branch comes first in the file: its change is the shortcut's here.
            Spoil(changed, "c.1.w");
        }

        var before = Distance(model, changed, repaired);
        using var walk = Walk(model, changed, out var layers);
        var layer = layers.Single(layer => layer.Name == name);
        layers.TakeWhile(other => other != layer).ToList().ForEach(other => walk.Pass(other));

        var (_, fit) = Fit(walk, layer, changed);

        WeightValues.Write(new ConstantLookup(changed.Graph)[layer.Weight], ToStored(layer, fit.Weight.Values));
        WeightValues.Write(new ConstantLookup(changed.Graph)[layer.Bias!], fit.Shift(fit.Weight));
        Distance(model, changed, repaired).ShouldBeLessThan(0.97 * before);
    }

    [Fact]
    public void Moments_are_means_over_what_the_layer_reads_in_the_changed_model_and_gives_in_the_reference()
    {
        var model = new GraphBuilder().Input("x", [-1, 6]).Gemm("x", "h", 5, 6).Node("Relu", ["h"], ["r"])
            .Gemm("r", "y", 4, 5, attributes: [("alpha", 0.5), ("beta", 2.0)]).Output("y").Build();
        var changed = model.Clone();
        Spoil(changed, "h.w");
        var batches = new RandomBatches(model);
        using var walk = Walk(model, changed, out var layers);

        var (fit, held) = walk.Moments(walk.Reach(layers[1])!);

        (fit.Count, held.Count).ShouldBe((24, 8));
        fit.Add(held);
        var read = Activations.Read(TestEngine.Shared, changed, ["r"], batches).SelectMany(batch => batch.Values[0].Doubles().Chunk(5)).ToList();
        var given = Activations.Read(TestEngine.Shared, model, ["y"], batches).SelectMany(batch => batch.Values[0].Doubles().Chunk(4)).ToList();
        for (var d = 0; d < 5; d++)
        {
            fit.Inputs(0)[d].ShouldBe(read.Average(x => x[d]), 1e-6);
            for (var other = 0; other < 5; other++)
            {
                fit.Sigma(0)[d, other].ShouldBe(read.Average(x => x[d] * x[other]), 1e-6);
            }

            for (var t = 0; t < 4; t++)
            {
                // In units of the product: y = 0.5·x·W + 2·b.
                fit.Cross(0)[t, d].ShouldBe(read.Zip(given, (x, y) => 2 * y[t] * x[d]).Average(), 1e-6);
            }
        }
    }

    private static SequentialWalk Walk(OnnxModel model, OnnxModel changed, out IReadOnlyList<WeightLayer> layers)
    {
        layers = LayerFinder.Find(changed);
        return new SequentialWalk(MethodRun.Context(model, new RandomBatches(model)), changed, layers, SequentialWalk.EnoughSamples(layers));
    }

    private static (Matrix Weight, RidgeFit Fit) Fit(SequentialWalk walk, WeightLayer layer, OnnxModel model)
    {
        var weight = new Matrix(layer.OutputChannels, (int)(layer.WeightCount / layer.OutputChannels), FromStored(layer, Numbers(model, layer.Weight)));
        var (fit, held) = walk.Moments(walk.Reach(layer)!);
        return (weight, RidgeFit.Solve(TestEngine.Shared.LinearAlgebra, weight, fit, held, bias: null, movesBias: true));
    }

    private static double[] Numbers(OnnxModel model, string tensor) => WeightValues.ReadDoubles(new ConstantLookup(model.Graph)[tensor]);

    // A Gemm's weight is stored K×N.
    private static double[] FromStored(WeightLayer layer, double[] values) =>
        layer.Kind == LayerKind.Gemm ? new Matrix(layer.InputChannels, layer.OutputChannels, values).Transpose().Values : values;

    private static double[] ToStored(WeightLayer layer, double[] values) =>
        layer.Kind == LayerKind.Gemm ? new Matrix(layer.OutputChannels, layer.InputChannels, values).Transpose().Values : values;

    private static void Spoil(OnnxModel model, string weight)
    {
        var tensor = new ConstantLookup(model.Graph)[weight];
        var noise = GraphBuilder.Normal([.. tensor.Dims], 1, 7);
        var values = WeightValues.ReadDoubles(tensor);
        var size = Math.Sqrt(values.Average(value => value * value));
        WeightValues.Write(tensor, [.. values.Zip(noise, (value, draw) => value + (0.3 * size * draw))]);
    }

    private static double Distance(OnnxModel model, OnnxModel changed, string tensor)
    {
        IEnumerable<double> Read(OnnxModel of) =>
            Activations.Read(TestEngine.Shared, of, [tensor], new RandomBatches(model)).SelectMany(batch => batch.Values[0].Doubles());
        return Read(model).Zip(Read(changed), (a, b) => (a - b) * (a - b)).Sum();
    }
}
