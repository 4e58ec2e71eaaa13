using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Tests.Execution;

public sealed class FrontierTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(0)]
    [InlineData(20_000)]
    public void Every_tensor_is_that_of_the_whole_model_whether_kept_in_memory_or_in_files(long inMemory)
    {
        var model = ResidualNetwork.Create();
        var batches = Images().ToList();
        string[] tensors = ["stem", "a.r", "a.2", "a.out", "b.2", "c.p", "c.2", "d.sum", "scores"];
        using var frontier = new Frontier(fixture.Engine, model, batches, inMemory);
        foreach (var tensor in tensors)
        {
            frontier.Advance([tensor]);

            var expected = Activations.Read(fixture.Engine, model, [tensor], new Images3(batches)).Select(read => read.Values[0]).ToList();
            for (var batch = 0; batch < frontier.Batches; batch++)
            {
                var found = frontier.Read(tensor, batch);
                found.Shape.ShouldBe(expected[batch].Shape);
                Largest(expected[batch], found).ShouldBeLessThan(1e-5, tensor);
            }
        }
    }

    [Fact]
    public void A_weight_that_changes_on_the_way_counts_from_then_on()
    {
        var model = ResidualNetwork.Create();
        using var frontier = new Frontier(fixture.Engine, model, Images());
        frontier.Advance(["a.out"]);
        var later = model.Graph.Initializer.Single(tensor => tensor.Name == "b.1.w");
        WeightValues.Write(later, new double[WeightValues.ReadDoubles(later).Length]);

        frontier.Advance(["b.1"]);

        var bias = WeightValues.ReadDoubles(model.Graph.Initializer.Single(tensor => tensor.Name == "b.1.b"));
        frontier.Read("b.1", 0).Doubles().Chunk(64).Take(8).Select(channel => channel.Distinct().Single()).ShouldBe(bias, 1e-6);
    }

    [Fact]
    public void What_stands_behind_a_node_is_not_reachable_without_it()
    {
        var model = ResidualNetwork.Create();
        using var frontier = new Frontier(fixture.Engine, model, Images());
        HashSet<NodeProto> Without(string output) =>
            new(ReferenceEqualityComparer.Instance) { model.Graph.Node.Single(node => node.Output.Contains(output)) };

        frontier.IsReachable("c.p", Without("c.1")).ShouldBeTrue();
        frontier.IsReachable("c.sum", Without("c.1")).ShouldBeFalse();
        frontier.Advance(["c.1"]);
        frontier.IsReachable("c.sum", Without("c.1")).ShouldBeTrue();
        frontier.IsReachable("stem.w", Without("c.1")).ShouldBeFalse("a constant is no tensor of the walk");
    }

    [Fact]
    public void What_an_inner_graph_reads_is_kept_for_it()
    {
        var inner = new GraphProto { Name = "inner" };
        inner.Node.Add(new NodeProto { OpType = "Add", Input = { "early", "late" }, Output = { "sum" } });
        inner.Output.Add(new ValueInfoProto { Name = "sum" });
        var graph = new GraphBuilder().Input("image", [-1, 3, 8, 8]).Initializer("one", [], [1]);
        graph.Node("Cast", ["one"], ["yes"], ("to", (int)DataType.Bool)).Node("Relu", ["image"], ["early"]).Node("Sigmoid", ["early"], ["late"]).Node("If", ["yes"], ["y"], ("then_branch", inner), ("else_branch", inner));
        var model = graph.Output("y").Build();
        using var frontier = new Frontier(fixture.Engine, model, Images());

        frontier.Advance(["late"]);
        frontier.Advance(["y"]);

        var (early, found) = (Images().First().Inputs["image"].Doubles().Select(value => Math.Max(0, value)), frontier.Read("y", 0).Doubles());
        found.Zip(early, (sum, value) => Math.Abs(sum - value - (1 / (1 + Math.Exp(-value))))).Max().ShouldBeLessThan(1e-5);
    }

    private static IEnumerable<Batch> Images() => new[] { 4, 4, 3 }.Select((count, number) =>
    {
        var values = Array.ConvertAll(GraphBuilder.Normal([count, 3, 8, 8], 1, number), value => (float)value);
        return new Batch(new Dictionary<string, HostTensor> { ["image"] = HostTensor.From<float>(DataType.Float, [count, 3, 8, 8], values) }, count);
    });

    private static double Largest(HostTensor a, HostTensor b) => a.Doubles().Zip(b.Doubles(), (x, y) => Math.Abs(x - y)).Max();

    private sealed class Images3(List<Batch> batches) : IBatchSource
    {
        public int Count => batches.Sum(batch => batch.Count);

        public IEnumerable<Batch> Read() => batches;
    }
}
