using System.Diagnostics;
using ModelOptimizer.Methods.Common;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Blocks;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Training;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Bench;

/// <summary>What gated students compete with: Conv 3×3 → Relu → Conv 1×1 in place of a block, trained on its activations by Adam for a given time.</summary>
/// <param name="engine">Where it is trained.</param>
/// <param name="teacher">The model.</param>
/// <param name="from">The tensor that enters the block.</param>
/// <param name="to">The tensor that leaves it.</param>
internal sealed class ReluStudent(Engine engine, OnnxModel teacher, string from, string to)
{
    private const int LargestBatch = 128;
    private const int TimedSteps = 10;

    /// <summary>Trains and puts the student into the model. The time that reading the activations takes counts.</summary>
    /// <param name="samples">The model's inputs.</param>
    /// <param name="width">Filters of the 3×3 convolution.</param>
    /// <param name="rate">The highest learning rate; it falls as a cosine.</param>
    /// <param name="seconds">The time.</param>
    /// <param name="seed">Draws the start and the batches.</param>
    public (OnnxModel Model, long Steps, double Loss) Train(IBatchSource samples, int width, double rate, double seconds, int seed)
    {
        var clock = Stopwatch.StartNew();
        var pairs = SampleStore.Read(new Pairs(Activations.Read(engine, teacher, [from, to], samples), samples.Count));
        var (input, output) = (pairs.Rows["z"], pairs.Rows["y"]);
        var batch = Math.Min(LargestBatch, pairs.Count);
        TrainingGraph Graph()
        {
            var graph = new GraphWriter();
            var x = graph.Input("z", DataType.Float, [-1, .. input]);
            var wanted = graph.Input("y", DataType.Float, [-1, .. output]);
            var random = new Random(seed);
            string Weight(string name, int fanIn, params long[] shape) =>
                graph.Initializer(name, WeightValues.Create("", (int)DataType.Float, shape, Draw(random, fanIn, shape)));
            x = graph.Node("Conv", [x, Weight("first", (int)input[0] * 9, width, input[0], 3, 3), Zeros(graph, "first.bias", width)], Window(input, output));
            x = graph.Node("Conv", [graph.Node("Relu", [x]), Weight("second", width, output[0], width, 1, 1), Zeros(graph, "second.bias", output[0])]);
            return TrainingGraph.Build(
                engine,
                graph,
                Losses.Mse(graph, x, wanted),
                ["first", "first.bias", "second", "second.bias"],
                new AdamW(WeightDecay: 0),
                batch
            );
        }

        TrainingResult Run(long steps)
        {
            using var trainer = new Trainer(engine, Graph());
            return TrainingLoop.Run(trainer, pairs, new TrainingPlan(steps, new LearningRate(rate, ScheduleShape.Cosine), seed));
        }

        Run(1);
        var start = clock.Elapsed;
        Run(TimedSteps);
        var step = (clock.Elapsed - start).TotalSeconds / TimedSteps;
        // What was spent on finding out how long a step takes is not held against the student.
        var left = seconds - (clock.Elapsed.TotalSeconds - (step * (TimedSteps + 1)));
        var result = Run(Math.Max(1, (long)(left / step)));
        return (Replaced(result.Parameters, Window(input, output)), result.Losses.Count, result.Losses.TakeLast(10).Average());
    }

    private OnnxModel Replaced(IReadOnlyDictionary<string, HostTensor> weights, AttributeProto[] window)
    {
        var model = teacher.Clone();
        var nodes = new BlockReader(model, new Dictionary<string, long[]>()).Read(from, to).Block!.Nodes;
        var editor = new GraphEditor(model);
        string Weight(string name)
        {
            var stored = WeightValues.Create(
                editor.UniqueName(name),
                (int)DataType.Float,
                weights[name].Shape,
                Array.ConvertAll(weights[name].As<float>().ToArray(), value => (double)value)
            );
            editor.AddInitializer(stored);
            return stored.Name;
        }

        var (wide, active) = (editor.UniqueName("wide"), editor.UniqueName("active"));
        var first = new NodeProto
        {
            OpType = "Conv",
            Name = editor.UniqueName("student_first"),
            Input = { from, Weight("first"), Weight("first.bias") },
            Output = { wide },
        };
        first.Attribute.AddRange(window);
        editor.ReplaceNodes(
            nodes,
            [
                first,
                new NodeProto
                {
                    OpType = "Relu",
                    Name = editor.UniqueName("student_relu"),
                    Input = { wide },
                    Output = { active },
                },
                new NodeProto
                {
                    OpType = "Conv",
                    Name = editor.UniqueName("student_second"),
                    Input = { active, Weight("second"), Weight("second.bias") },
                    Output = { to },
                },
            ]
        );
        editor.Prune();
        return model;
    }

    private static AttributeProto[] Window(long[] input, long[] output) =>
    [
        GraphWriter.Attribute("kernel_shape", 3, 3),
        GraphWriter.Attribute("strides", input[1] / output[1], input[2] / output[2]),
        GraphWriter.Attribute("pads", 1, 1, 1, 1),
    ];

    private static double[] Draw(Random random, int fanIn, long[] shape) =>
        [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (product, extent) => product * extent)).Select(_ => random.NextNormal(Math.Sqrt(2.0 / fanIn)))];

    private static string Zeros(GraphWriter graph, string name, long count) =>
        graph.Initializer(name, WeightValues.Create("", (int)DataType.Float, [count], new double[count]));

    private sealed class Pairs(IEnumerable<(Batch Batch, IReadOnlyList<HostTensor> Values)> activations, int count) : IBatchSource
    {
        public int Count => count;

        public IEnumerable<Batch> Read() =>
            activations.Select(read => new Batch(new Dictionary<string, HostTensor> { ["z"] = read.Values[0], ["y"] = read.Values[1] }, read.Batch.Count));
    }
}
