using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Gradients;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Tensors.Training;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Common;

/// <summary>
/// What small errors of inner tensors do to a model's outputs, without labels: with z a random combination of the outputs, each output relative to its variance
/// over the samples, an error e of a tensor y changes the outputs by E(e·∂z/∂y)², in the unit of <see cref="OutputDivergence"/>.
/// </summary>
internal static class OutputGradients
{
    private const int MostSamples = 256;
    private const int Projections = 3;

    // Of what the forward and the backward pass make.
    private const long MostBytes = 1L << 29;

    private const int LargestBatch = 32;

    private static readonly string[] Refusals =
        [TensorsCodes.NoGradient, TensorsCodes.UnusableSamples, TensorsCodes.TapUnusable, TensorsCodes.RunFailed, TensorsCodes.ModelRefused];

    /// <summary>Measures at the outputs of <paramref name="layers"/>.</summary>
    /// <param name="context">Its model is differentiated, on its calibration data.</param>
    /// <param name="layers">The layers.</param>
    /// <returns>
    /// E Σ(∂z/∂y)² by output y of a layer: the mean over samples of the sum over the elements of one sample; 0 where no output depends on it. Null where the
    /// model cannot be differentiated: an operator has no gradient, numbers are not float32, or no output has a variance.
    /// </returns>
    public static IReadOnlyDictionary<string, double>? Measure(StepContext context, IReadOnlyCollection<WeightLayer> layers)
    {
        var outputs = Outputs(context.Model, context.Shapes);
        if (context.Calibration is not { } calibration || outputs.Count == 0 || context.Model.Opset < Opsets.ShapeNodes)
        {
            return null;
        }

        try
        {
            var samples = SampleStore.Read(new Leading(calibration, MostSamples), context.Cancellation);
            var batch = BatchSize(context, samples);
            var scales = Scales(context, samples, outputs, batch);
            return scales.Values.All(scale => scale == 0) || !outputs.All(context.Shapes.ContainsKey) ? null : Measure(context, samples, layers, scales, batch);
        }
        catch (DiagnosticException failure) when (Refusals.Contains(failure.Diagnostic.Code))
        {
            return null;
        }
    }

    /// <summary>
    /// Predicted bytes of the forward and the backward pass of a batch, in the engine's memory: what is made forward is kept, gradients come and go.
    /// </summary>
    public static long Bytes(StepContext context) =>
        LargestBatchOf(context) * TrainingMemory.ForwardBytes(context.Model.Graph.Node, context.Shapes);

    /// <summary>The outputs that are compared: floating-point ones, before a softmax at the end.</summary>
    /// <param name="model">The model.</param>
    /// <param name="shapes">Its shapes.</param>
    public static IReadOnlyList<string> Outputs(OnnxModel model, IReadOnlyDictionary<string, long[]> shapes) =>
    [
        .. model.Graph.Output
            .Where(output => ElementTypes.IsFloat(output.Type?.TensorType?.ElemType ?? 0))
            .Select(output => Logits.Of(model, output.Name, shapes))
            .Distinct(StringComparer.Ordinal),
    ];

    private static Dictionary<string, double> Measure(
        StepContext context,
        SampleStore samples,
        IReadOnlyCollection<WeightLayer> layers,
        Dictionary<string, double> scales,
        int batch
    )
    {
        var graph = new GraphWriter(context.Model.Clone());
        BatchShapes.Fix(graph.Model.Graph, batch, samples.Rows);
        ShapeConstants.Fold(context.Engine, graph.Model);
        var shapes = RecurrentCells.WriteOut(context.Engine, graph);
        var directions = scales.Keys.ToDictionary(
            output => output,
            output => graph.Input(graph.NewName("direction"), DataType.Float, shapes[output]),
            StringComparer.Ordinal);
        string[] terms = [.. directions.Select(pair => Sum(graph, graph.Node("Mul", [pair.Value, pair.Key])))];
        var loss = terms.Length == 1 ? terms[0] : graph.Node("Sum", terms);
        var sums = layers.Select(layer => layer.Output).Distinct(StringComparer.Ordinal).ToDictionary(output => output, _ => 0.0, StringComparer.Ordinal);
        var gradients = Differentiation.Append(graph, loss, sums.Keys, ShapeProbe.Run(context.Engine, graph.Model));
        var squares = gradients.ToDictionary(
            gradient => graph.Node("ReduceSumSquare", [gradient.Value], GraphWriter.Attribute("keepdims", 0L)),
            gradient => gradient.Key,
            StringComparer.Ordinal);
        if (squares.Count == 0)
        {
            return sums;
        }

        using var session = context.Engine.CreateSession(TapModel.Build(graph.Model, [.. squares.Keys]));
        var needed = session.Inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        var buffers = samples.Buffers(samples.Rows.Keys.Where(needed.Contains), batch);
        var random = new Random(context.Seed);
        var runs = 0;
        for (var first = 0; first < samples.Count; first += batch)
        {
            // The last batch is filled up with the first samples.
            samples.Fill(buffers, [.. Enumerable.Range(first, batch).Select(sample => sample % samples.Count)]);
            for (var projection = 0; projection < Projections; projection++, runs++)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                var inputs = new Dictionary<string, HostTensor>(buffers, StringComparer.Ordinal);
                foreach (var (output, input) in directions)
                {
                    var signs = new float[shapes[output].Product()];
                    for (var i = 0; i < signs.Length; i++)
                    {
                        signs[i] = (float)(random.Next(2) == 0 ? scales[output] : -scales[output]);
                    }

                    inputs[input] = HostTensor.From<float>(DataType.Float, shapes[output], signs);
                }

                foreach (var (square, value) in session.Run(inputs, [.. squares.Keys]))
                {
                    sums[squares[square]] += value.As<float>()[0];
                }
            }
        }

        return sums.ToDictionary(sum => sum.Key, sum => sum.Value / (runs * (double)batch), StringComparer.Ordinal);
    }

    private static string Sum(GraphWriter graph, string tensor) => graph.Node("ReduceSum", [tensor], GraphWriter.Attribute("keepdims", 0L));

    // 1/√(outputs·E‖o − ō‖²) of each output; 0 for one that is constant.
    private static Dictionary<string, double> Scales(StepContext context, SampleStore samples, IReadOnlyList<string> outputs, int batch)
    {
        using var session = context.Engine.CreateSession(TapModel.Build(context.Model, outputs));
        var needed = session.Inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        var buffers = samples.Buffers(samples.Rows.Keys.Where(needed.Contains), batch);
        var values = outputs.ToDictionary(output => output, _ => (Count: 0L, Sum: 0.0, Squares: 0.0), StringComparer.Ordinal);
        var runs = 0;
        for (var first = 0; first < samples.Count; first += batch, runs++)
        {
            samples.Fill(buffers, [.. Enumerable.Range(first, batch).Select(sample => sample % samples.Count)]);
            foreach (var (output, tensor) in session.Run(buffers, outputs))
            {
                var (count, sum, squares) = values[output];
                foreach (var value in tensor.Doubles())
                {
                    (count, sum, squares) = (count + 1, sum + value, squares + (value * value));
                }

                values[output] = (count, sum, squares);
            }
        }

        return values.ToDictionary(
            output => output.Key,
            output => (output.Value.Squares - (output.Value.Sum * output.Value.Sum / output.Value.Count)) / (runs * (double)batch) is var variance and > 0
                ? 1 / Math.Sqrt(outputs.Count * variance)
                : 0,
            StringComparer.Ordinal);
    }

    private static int BatchSize(StepContext context, SampleStore samples) => TrainingGraph.BatchOf(
        context.Model,
        Math.Min(LargestBatchOf(context), samples.Count));

    private static int LargestBatchOf(StepContext context) =>
        (int)Math.Clamp(MostBytes / Math.Max(1, 2 * TrainingMemory.ActivationBytes(context.Model.Graph.Node, context.Shapes)), 1, LargestBatch);

    /// <summary>The first samples of a source, whole batches.</summary>
    private sealed class Leading(IBatchSource source, int most) : IBatchSource
    {
        public int Count => Read().Sum(batch => batch.Count);

        public IEnumerable<Batch> Read()
        {
            var count = 0;
            foreach (var batch in source.Read().TakeWhile(_ => count < most))
            {
                yield return batch;
                count += batch.Count;
            }
        }
    }
}
