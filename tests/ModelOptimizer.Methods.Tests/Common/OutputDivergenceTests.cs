using ModelOptimizer.Methods.Common;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Common;

public class OutputDivergenceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_model_that_is_run_from_the_changed_node_on_diverges_as_the_whole_does(bool isBackwards)
    {
        var model = ResidualNetwork.Create();
        // One that most changes do not reach, and one that is read further on.
        model.Graph.Output.Add(new ValueInfoProto { Name = "a.sum" });
        var divergence = Of(model);
        var layers = LayerFinder.Find(model);
        foreach (var layer in isBackwards ? layers.Reverse() : layers)
        {
            var changed = Spoilt(model, layer);
            var whole = divergence.Measure(changed);

            whole.ShouldBeGreaterThan(1e-6, layer.Name);
            divergence.Measure(changed, layer.Node).ShouldBe(whole, 1e-5 * whole, layer.Name);
        }
    }

    [Fact]
    public void It_makes_no_difference_which_layers_were_looked_at_before()
    {
        var model = ResidualNetwork.Create();
        var layers = LayerFinder.Find(model);
        var (all, last) = (Of(model), Of(model));
        foreach (var layer in layers.SkipLast(1))
        {
            all.Measure(Spoilt(model, layer), layer.Node);
        }

        var changed = Spoilt(model, layers[^1]);
        all.Measure(changed, layers[^1].Node).ShouldBe(last.Measure(changed, layers[^1].Node));
    }

    [Fact]
    public void What_changes_nothing_has_no_effect()
    {
        var model = ResidualNetwork.Create();
        var divergence = Of(model);

        LayerFinder.Find(model).ShouldAllBe(layer => divergence.Measure(model.Clone(), layer.Node) == 0);
    }

    [Fact]
    public void An_output_of_words_is_left_out()
    {
        var model = new GraphBuilder().Input("x", [-1, 6]).Gemm("x", "h", 5, 6).Node("Relu", ["h"], ["r"]).Gemm("r", "y", 4, 5).Output("y")
            .Node("Cast", ["y"], ["words"], ("to", (int)TensorProto.Types.DataType.String))
            .Output("words", elementType: (int)TensorProto.Types.DataType.String).Build();
        var layer = LayerFinder.Find(model)[0];
        var (divergence, changed) = (Of(model), Spoilt(model, layer));

        divergence.Measure(changed, layer.Node).ShouldBe(divergence.Measure(changed), 1e-6);
    }

    [Fact]
    public void A_node_that_is_no_layer_is_run_with_all_the_rest()
    {
        var model = ResidualNetwork.Create();
        var layer = LayerFinder.Find(model)[0];
        var (divergence, changed) = (Of(model), Spoilt(model, layer));

        divergence.Measure(changed, layer.Node.Clone()).ShouldBe(divergence.Measure(changed));
        divergence.Measure(changed, node: null).ShouldBe(divergence.Measure(changed));
    }

    private static OutputDivergence Of(OnnxModel model) => new(TestEngine.Shared, model, new RandomBatches(model), 16, default);

    private static OnnxModel Spoilt(OnnxModel model, WeightLayer layer)
    {
        var changed = model.Clone();
        var tensor = new ConstantLookup(changed.Graph)[layer.Weight];
        var noise = GraphBuilder.Normal([.. tensor.Dims], 0.1, 7);
        WeightValues.Write(tensor, [.. WeightValues.ReadDoubles(tensor).Zip(noise, (value, draw) => value * (1 + draw))]);
        return changed;
    }
}
