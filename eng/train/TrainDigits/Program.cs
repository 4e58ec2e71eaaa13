using System.Numerics.Tensors;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Execution;
using ModelOptimizer.Tensors.Training;
using TrainDigits;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

const int Batch = 100;
const int Epochs = 3;
var file = args is [var given] ? given : "digits.onnx";

// Different seeds: no digit is in both sets.
var fit = new Digits(120_000, seed: 1);
var test = new Digits(8_000, seed: 3);

using var engine = new Engine(DeviceSelector.Select("auto"));
var network = new TrainingForm(seed: 1).Build();
string[] weights = [.. network.Graph.Initializer.Where(tensor => tensor.Dims.Count > 0).Select(tensor => tensor.Name)];

// The loss is part of a copy of the network's graph. Labels are a little soft, which keeps the network from being too sure.
var graph = new GraphWriter(network.Clone());
graph.Input("target", DataType.Float, -1, 10);
var loss = Losses.CrossEntropy(graph, "logits", "target");
var step = TrainingGraph.Build(engine, graph, loss, weights, new AdamW(), Batch, clip: 1);

var samples = SampleStore.Read(fit);
samples.Add("target", fit.Targets(smoothing: 0.05f));
Console.WriteLine($"{step.Count:N0} weights, {samples.Count:N0} digits, about {TrainingMemory.Predict(step, samples.Bytes).Total / 1e6:F0} MB");

var plan = new TrainingPlan(TrainingPlan.StepsOf(Epochs, samples.Count, Batch), new LearningRate(0.004, ScheduleShape.Cosine, WarmUp: 0.1), Seed: 1);
using var trainer = new Trainer(engine, step);
TrainingLoop.Run(trainer, samples, plan, new ProgressLine(every: 100)).StoreIn(network);
var model = new DeployedForm(engine, network, fit).Build();
model.Save(file);

using var session = engine.CreateSession(model);
var hits = test.Read()
    .Sum(batch =>
        session
            .Run(batch.Inputs)["logits"]
            .As<float>()
            .ToArray()
            .Chunk(10)
            .Zip(batch.Labels!, (logits, label) => TensorPrimitives.IndexOfMax<float>(logits) == label)
            .Count(hit => hit)
    );
Console.WriteLine($"{(double)hits / test.Count:P2} of {test.Count:N0} other digits; the model is in {Path.GetFullPath(file)}");
