using ModelOptimizer.Methods.Distillation;
using ModelOptimizer.Tensors.Training;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Convex;

/// <summary>The published way to fit a gated block: Adam on the mean squared error of its output.</summary>
internal sealed class GradientTraining(StepContext context, ConvexOptions options)
{
    /// <summary>Trains Conv², Conv³ and the bias from a random start.</summary>
    /// <param name="gates">The gates.</param>
    /// <param name="window">Their window.</param>
    /// <param name="samples">z and y.</param>
    /// <returns>The block, and the loss before every step.</returns>
    public (GatedBlock Block, IReadOnlyList<float> Losses) Run(GateFilters gates, ConvGeometry window, SampleStore samples)
    {
        var start = Start(gates, window, (int)samples.Rows[BlockActivations.Target][0]);
        var graph = new GraphWriter();
        var images = graph.Input(BlockActivations.Input, DataType.Float, [-1, .. samples.Rows[BlockActivations.Input]]);
        var wanted = graph.Input(BlockActivations.Target, DataType.Float, [-1, .. samples.Rows[BlockActivations.Target]]);
        var filters = GatedGraph.Weight(graph, "filters", start.Filters, GatedGraph.Shape(start.Filters, window));
        var mixer = GatedGraph.Weight(graph, "mixer", start.Mixer, start.Mixer.Rows, start.Mixer.Columns, 1, 1);
        var bias = GatedGraph.Weight(graph, "bias", start.Bias, start.Bias.Length);
        var hidden = GatedGraph.Hidden(graph, images, GatedGraph.Open(graph, images, gates, window), filters, window);
        var loss = Losses.Mse(graph, graph.Node("Conv", [hidden, mixer, bias]), wanted);
        var batch = Math.Min(options.Batch, samples.Count);
        var training = TrainingGraph.Build(context.Engine, graph, loss, [filters, mixer, bias], new AdamW(WeightDecay: 0), batch);
        using var trainer = new Trainer(context.Engine, training);
        var plan = new TrainingPlan(
            TrainingPlan.StepsOf(options.Epochs, samples.Count, batch),
            new LearningRate(options.LearningRate, ScheduleShape.Cosine),
            context.Seed
        );
        var result = TrainingLoop.Run(trainer, samples, plan, new StepProgress(context.Progress), cancellation: context.Cancellation);
        double[] Read(string name) => Array.ConvertAll(result.Parameters[name].As<float>().ToArray(), value => (double)value);
        return (
            start with
            {
                Filters = new Matrix(start.Width, start.Filters.Columns, Read(filters)),
                Mixer = new Matrix(start.Mixer.Rows, start.Width, Read(mixer)),
                Bias = Read(bias),
            },
            result.Losses
        );
    }

    // Normal numbers that keep the size of what goes through them, with half of the gates open.
    private GatedBlock Start(GateFilters gates, ConvGeometry window, int outputs)
    {
        var random = new Random(context.Seed);
        double[] Normals(int count, double inputs) => [.. Enumerable.Range(0, count).Select(_ => random.NextNormal(Math.Sqrt(1 / inputs)))];
        var (width, taps) = (gates.Filters.Rows, gates.Filters.Columns);
        return new GatedBlock(
            window,
            gates,
            new Matrix(width, taps, Normals(width * taps, taps)),
            new Matrix(outputs, width, Normals(outputs * width, width / 2.0)),
            new double[outputs]
        );
    }
}
