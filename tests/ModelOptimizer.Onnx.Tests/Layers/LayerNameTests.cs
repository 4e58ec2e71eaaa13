using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Layers;

public sealed class LayerNameTests
{
    [Fact]
    public void Nodes_without_a_name_are_called_by_their_output() => Names("", "").ShouldBe(["h", "y"]);

    [Fact]
    public void Nodes_with_the_same_name_are_called_by_their_output() => Names("dense", "dense").ShouldBe(["h", "y"]);

    [Fact]
    public void Unique_names_are_kept() => Names("a", "b").ShouldBe(["a", "b"]);

    [Fact]
    public void A_name_that_is_another_layers_output_gets_no_double() => Names("", "h").ShouldBe(["h#2", "h"]);

    [Fact]
    public void A_copy_has_the_same_names_and_its_own_nodes()
    {
        var model = Model("", "b");
        var copy = model.Clone();

        var layers = LayerFinder.Find(copy);

        layers.Select(layer => layer.Name).ShouldBe(LayerFinder.Find(model).Select(layer => layer.Name));
        layers[0].Node.ShouldBeSameAs(copy.Graph.Node[0]);
    }

    private static IEnumerable<string> Names(string first, string second) => LayerFinder.Find(Model(first, second)).Select(layer => layer.Name);

    private static OnnxModel Model(string first, string second) =>
        new GraphBuilder().Input("x", [1, 4]).MatMul("x", "h", 3, 4).Named(first).MatMul("h", "y", 3, 3).Named(second).Output("y").Build();
}
