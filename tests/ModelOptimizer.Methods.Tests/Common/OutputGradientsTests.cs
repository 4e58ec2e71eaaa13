using ModelOptimizer.Methods.Common;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Common;

public class OutputGradientsTests
{
    [Fact]
    public void Small_errors_of_a_layer_change_the_outputs_by_their_variance_times_the_squared_gradients()
    {
        var model = ResidualNetwork.Create();
        var batches = new RandomBatches(model, batches: 8);
        var layers = LayerFinder.Find(model);

        var gradients = OutputGradients.Measure(MethodRun.Context(model, batches), layers)!;

        var divergence = new OutputDivergence(TestEngine.Shared, model, batches, batches.Count, default);
        foreach (var output in layers.Select(layer => layer.Output))
        {
            var measured = Enumerable.Range(1, 8).Average(draw => divergence.Measure(Noisy(model, output, draw)));
            measured.ShouldBe(Noise * Noise * gradients[output], 0.3 * measured, output);
        }
    }

    [Fact]
    public void Behind_a_linear_layer_they_are_its_weights()
    {
        var model = new GraphBuilder().Input("x", [-1, 6]).MatMul("x", "h", 5, 6).MatMul("h", "y", 1, 5).Output("y").Build();
        var batches = new RandomBatches(model);

        var gradients = OutputGradients.Measure(MethodRun.Context(model, batches), LayerFinder.Find(model))!;

        var weights = WeightValues.ReadDoubles(new ConstantLookup(model.Graph)[LayerFinder.Find(model)[1].Weight]);
        gradients["h"].ShouldBe(weights.Sum(value => value * value) / Variance(model, batches), 1e-5 * gradients["h"]);
    }

    [Fact]
    public void A_softmax_at_the_end_is_looked_through()
    {
        var graph = new GraphBuilder().Input("x", [-1, 6]).Gemm("x", "logits", 5, 6).Node("Softmax", ["logits"], ["y"], ("axis", 1));
        var model = graph.Output("y").Build();

        OutputGradients.Outputs(model, MethodRun.Context(model, null).Shapes).ShouldBe(["logits"]);
    }

    [Fact]
    public void What_no_output_depends_on_has_none_and_what_has_no_gradient_is_said()
    {
        var graph = new GraphBuilder().Input("x", [-1, 6]).Gemm("x", "h", 5, 6).Gemm("x", "other", 4, 6);
        var model = graph.Output("h").Build();
        OutputGradients.Measure(MethodRun.Context(model, new RandomBatches(model)), LayerFinder.Find(model))!["other"].ShouldBe(0);

        graph = new GraphBuilder().Input("x", [5, 6]).Gemm("x", "h", 5, 6).Node("Det", ["h"], ["y"]);
        model = graph.Output("y").Build();
        OutputGradients.Measure(MethodRun.Context(model, new RandomBatches(model, size: 5)), LayerFinder.Find(model)).ShouldBeNull();
    }

    // Adds independent errors of this size to every number of a tensor.
    private const double Noise = 0.01;

    private static OnnxModel Noisy(OnnxModel model, string tensor, int draw)
    {
        var noisy = model.Clone();
        foreach (var node in noisy.Graph.Node)
        {
            for (var i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = node.Input[i] == tensor ? "noisy" : node.Input[i];
            }
        }

        var producer = noisy.Graph.Node.Select((node, index) => (node, index)).Single(made => made.node.Output.Contains(tensor)).index;
        var graph = new GraphBuilder().Node("RandomNormalLike", [tensor], ["noise"], ("scale", Noise), ("seed", (double)draw)).Node("Add", [tensor, "noise"], ["noisy"]);
        noisy.Graph.Node.Insert(producer + 1, graph.Proto.Graph.Node[0].Clone());
        noisy.Graph.Node.Insert(producer + 2, graph.Proto.Graph.Node[1].Clone());
        foreach (var output in noisy.Graph.Output.Where(output => output.Name == tensor))
        {
            // The output keeps its name: what makes it gets another.
            noisy.Graph.Node[producer].Output[0] = noisy.Graph.Node[producer + 1].Input[0] = noisy.Graph.Node[producer + 2].Input[0] = "exact";
            noisy.Graph.Node[producer + 2].Output[0] = tensor;
        }

        return noisy;
    }

    private static double Variance(OnnxModel model, RandomBatches batches)
    {
        var values = batches.Read().SelectMany(batch => MethodRun.Outputs(model, batch)).ToList();
        var mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean)) / batches.Count;
    }
}
