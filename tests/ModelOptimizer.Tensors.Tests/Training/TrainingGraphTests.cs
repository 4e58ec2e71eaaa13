using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Training;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Tests.Training;

public sealed class TrainingGraphTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public void Free_first_dimensions_become_the_batch_and_others_those_of_a_sample()
    {
        var graph = Scaling(DataType.Float, -1, -1);

        var step = Build(graph, batch: 8, rows: new Dictionary<string, long[]> { ["x"] = [3] });

        var input = step.Inputs.ShouldHaveSingleItem();
        input.Name.ShouldBe("x");
        input.Shape.ShouldBe([8, 3]);
    }

    [Fact]
    public void A_fixed_batch_is_the_batch()
    {
        TrainingGraph.BatchOf(Scaling(DataType.Float, 5, 3).Model, 32).ShouldBe(5);
        TrainingGraph.BatchOf(Scaling(DataType.Float, -1, 3).Model, 32).ShouldBe(32);
    }

    [Fact]
    public void A_weight_that_the_loss_does_not_depend_on_is_left_alone()
    {
        var graph = Scaling(DataType.Float, -1, 3);
        graph.Initializer("unused", Weight(DataType.Float));

        var step = Build(graph, batch: 2);

        step.Parameters.ShouldHaveSingleItem().ShouldBe(step.Parameters[0] with { Name = "w", Offset = 0, Count = 3 });
        step.Count.ShouldBe(3);
    }

    [Fact]
    public void Weights_of_another_type_are_refused()
    {
        var graph = Scaling(DataType.Double, -1, 3);

        Should.Throw<DiagnosticException>(() => Build(graph, batch: 2)).Diagnostic.Code.ShouldBe("MOC2306");
    }

    [Fact]
    public void A_model_of_an_old_format_with_its_weights_among_the_inputs_trains()
    {
        var graph = Scaling(DataType.Float, -1, 3);
        graph.Model.Proto.IrVersion = 3;
        graph.Model.Proto.OpsetImport[0].Version = 9;
        graph.Model.Graph.Input.Add(GraphWriter.Value("w", DataType.Float, 3));
        using var trainer = new Trainer(fixture.Engine, Build(graph, batch: 1));

        trainer.Step(new Dictionary<string, HostTensor> { ["x"] = HostTensor.From<float>(DataType.Float, [1, 3], [1f, 2f, 3f]) }, 0.5).ShouldBe(14);

        trainer.Parameters()["w"].As<float>().ToArray().ShouldAllBe(weight => weight < 3);
    }

    [Fact]
    public void Memory_is_what_a_step_holds()
    {
        var step = Build(Scaling(DataType.Float, -1, 3), batch: 100);

        var memory = TrainingMemory.Predict(step, samples: 1000);

        // The product and the loss, their gradients, and half as much again for the runtime's blocks.
        memory.Activations.ShouldBe(3 * sizeof(float) * (300 + 1));
        // Weights, moments twice, and six vectors in between.
        memory.Parameters.ShouldBe(sizeof(float) * 3 * (2 * 3 + 6));
        memory.Total.ShouldBe(memory.Activations + memory.Parameters + 1000);
    }

    [Fact]
    public void Memory_counts_the_windows_of_the_largest_convolution()
    {
        var graph = new GraphWriter();
        graph.Input("x", DataType.Float, -1, 2, 8, 8);
        graph.Initializer("w", WeightValues.Create("", (int)DataType.Float, [5, 2, 3, 3], new double[90]));
        graph.NodeTo("y", "Conv", ["x", "w"]);
        graph.NodeTo("loss", "ReduceSum", ["y"], GraphWriter.Attribute("keepdims", 0L));

        var memory = TrainingMemory.Predict(Build(graph, batch: 4), samples: 0);

        // 6×6 windows of 18 elements for each of 4 samples, twice, beside 5×6×6 outputs and the loss, twice.
        memory.Activations.ShouldBe((long)(1.5 * sizeof(float) * ((2 * 36 * 18 * 4) + (2 * ((4 * 5 * 36) + 1)))));
    }

    [Theory]
    [InlineData(9)]
    [InlineData(17)]
    public void A_weight_on_a_grid_is_read_rounded_and_the_gradient_goes_straight_through(int opset)
    {
        // Two steps, one a row; the last number is beyond the container, the second row has no step.
        double[] shadow = [0.74, -0.3, 9, 0.2, -0.6, 1];
        double[] seen = [0.75, -0.25, 0.75, 0, 0, 0];
        var grid = new WeightGrid([0.25f, 0], [2, 1], -4, 3);
        var graph = new GraphWriter();
        graph.Model.Proto.OpsetImport[0].Version = opset;
        graph.Input("x", DataType.Float, 2, 3);
        graph.Initializer("w", WeightValues.Create("", (int)DataType.Float, [2, 3], shadow));
        var squares = graph.Node("Mul", ["w", "w"]);
        var loss = graph.Node("ReduceSum", [graph.Node("Mul", [squares, "x"])], GraphWriter.Attribute("keepdims", 0L));
        var grids = new Dictionary<string, IWeightGrid> { ["w"] = grid };
        using var trainer = new Trainer(fixture.Engine, TrainingGraph.Build(fixture.Engine, graph, loss, ["w"], new Sgd(0, 0), 2, grids: grids));
        float[] x = [1, 2, 3, 4, 5, 6];

        var before = trainer.Step(new Dictionary<string, HostTensor> { ["x"] = HostTensor.From<float>(DataType.Float, [2, 3], x) }, 0.1);

        before.ShouldBe(seen.Zip(x, (w, factor) => w * w * factor).Sum(), 1e-6);
        trainer.Parameters()["w"].Doubles().ShouldBe([.. shadow.Select((w, i) => w - (0.1 * 2 * seen[i] * x[i]))], 1e-6);
    }

    private static GraphWriter Scaling(DataType type, params long[] shape)
    {
        var graph = new GraphWriter();
        graph.Input("x", type, shape);
        graph.Initializer("w", Weight(type));
        graph.NodeTo("y", "Mul", ["x", "w"]);
        graph.NodeTo("loss", "ReduceSum", ["y"], GraphWriter.Attribute("keepdims", 0L));
        return graph;
    }

    private static TensorProto Weight(DataType type) => WeightValues.Create("", (int)type, [3], [1.0, 2.0, 3.0]);

    private TrainingGraph Build(GraphWriter graph, int batch, IReadOnlyDictionary<string, long[]>? rows = null) =>
        TrainingGraph.Build(fixture.Engine, graph, "loss", ["w", "unused"], new AdamW(), batch, rows: rows);
}
