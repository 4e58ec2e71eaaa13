using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Tests.Statistics;
using ModelOptimizer.Tensors.Training;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Tests.Training;

public sealed class TrainingLoopTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly TrainingPlan Plan = new(60, new LearningRate(0.02, ScheduleShape.Cosine, WarmUp: 0.1), Seed: 3) { CheckpointEvery = 25 };

    [Fact]
    public void A_linear_regression_reaches_the_normal_equations()
    {
        // y = Xw + noise; w of the normal equations by a 2×2 solve.
        var random = new Random(4);
        var rows = Enumerable.Range(0, 64).Select(_ => (A: random.NextDouble() - 0.5, B: random.NextDouble() - 0.5, Noise: random.NextDouble() - 0.5)).ToList();
        double[] targets = [.. rows.Select(row => (2 * row.A) - (3 * row.B) + (0.2 * row.Noise))];
        var (aa, ab, bb) = (rows.Sum(row => row.A * row.A), rows.Sum(row => row.A * row.B), rows.Sum(row => row.B * row.B));
        var (ay, by) = (rows.Zip(targets, (row, y) => row.A * y).Sum(), rows.Zip(targets, (row, y) => row.B * y).Sum());
        double[] expected = [((bb * ay) - (ab * by)) / ((aa * bb) - (ab * ab)), ((aa * by) - (ab * ay)) / ((aa * bb) - (ab * ab))];
        var graph = new GraphWriter();
        graph.Input("x", DataType.Float, -1, 2);
        graph.Input("target", DataType.Float, -1, 1);
        graph.Initializer("w", WeightValues.Create("", (int)DataType.Float, [2, 1], [0.0, 0.0]));
        var loss = Losses.Mse(graph, graph.Node("MatMul", ["x", "w"]), "target");
        var samples = SampleStore.Read(new Batches([.. rows.SelectMany(row => new[] { row.A, row.B })], [64, 2], 10));
        samples.Add("target", HostTensor.From<float>(DataType.Float, [64, 1], Array.ConvertAll(targets, value => (float)value)));
        using var trainer = new Trainer(fixture.Engine, TrainingGraph.Build(fixture.Engine, graph, loss, ["w"], new Sgd(), 64));

        // The whole data in every batch: the minimum does not move.
        var result = TrainingLoop.Run(trainer, samples, new TrainingPlan(400, new LearningRate(0.5), Seed: 1));

        result.Parameters["w"].As<float>().ToArray().Zip(expected, (found, wanted) => Math.Abs(found - wanted)).Max().ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void Two_layers_learn_what_one_cannot()
    {
        var problem = new ExclusiveOr(fixture.Engine);

        var result = problem.Train(new TrainingPlan(400, new LearningRate(0.05, ScheduleShape.Linear), Seed: 2));

        result.Losses[0].ShouldBeGreaterThan(0.5f);
        result.Losses.TakeLast(20).Average().ShouldBeLessThan(0.05f);
    }

    [Fact]
    public void A_student_learns_from_labels_and_a_teacher_at_once()
    {
        var random = new Random(8);
        double[] points = [.. Enumerable.Range(0, 120).Select(_ => (random.NextDouble() * 4) - 2)];
        var samples = SampleStore.Read(new Batches(points, [40, 3], 16));
        using var teacher = fixture.Engine.CreateSession(Linear([2, -1, 0.5, 1, -1, 1]).Build());
        samples.AddOutputs(teacher, new Dictionary<string, string> { ["logits"] = "teacher" }, 16);
        var answers = samples.Buffers(["teacher"], samples.Count);
        samples.Fill(answers, [.. Enumerable.Range(0, samples.Count)]);
        samples.Add(
            "label",
            HostTensor.From<long>(
                DataType.Int64,
                [samples.Count],
                [.. answers["teacher"].As<float>().ToArray().Chunk(2).Select(pair => pair[1] > pair[0] ? 1L : 0L)]
            )
        );
        var graph = Linear(new double[6]);
        graph.Input("teacher", DataType.Float, -1, 2);
        graph.Input("label", DataType.Int64, -1);
        var loss = Losses.WeightedSum(
            graph,
            (0.7, Losses.KullbackLeibler(graph, "teacher", "logits", temperature: 2)),
            (0.3, Losses.CrossEntropy(graph, "logits", Losses.OneHot(graph, "label", 2))));
        using var trainer = new Trainer(fixture.Engine, TrainingGraph.Build(fixture.Engine, graph, loss, ["w"], new AdamW(WeightDecay: 0), 20, clip: 1));

        var result = TrainingLoop.Run(trainer, samples, new TrainingPlan(200, new LearningRate(0.05), Seed: 1));

        result.Losses.TakeLast(10).Average().ShouldBeLessThan(result.Losses.Take(10).Average() / 3);
        var weights = result.Parameters["w"].As<float>().ToArray();
        // What the two classes' weights differ by is what the teacher's differ by, up to the pull of the labels.
        (weights[0] - weights[1]).ShouldBeGreaterThan(2);
        (weights[2] - weights[3]).ShouldBeInRange(-2, 0);
        (weights[4] - weights[5]).ShouldBeLessThan(-1);
    }

    [Theory]
    [InlineData(63, 0)]
    [InlineData(64, 8)]
    [InlineData(1000, 125)]
    [InlineData(4000, 500)]
    [InlineData(1_000_000, 512)]
    public void An_eighth_of_the_samples_is_held_from_all_over_them(int count, int expected)
    {
        var held = HeldSamples.Of(count);

        held.Length.ShouldBe(expected);
        held.Distinct().Count().ShouldBe(expected);
        held.ShouldBeUnique();
        // Samples may come in turns, such as one of each class: some of every turn are held.
        for (var turns = 2; turns <= 16 && held.Length > 8 * turns; turns++)
        {
            held.Select(sample => sample % turns).Distinct().Count().ShouldBe(turns);
        }
        held.ShouldAllBe(sample => sample >= 0 && sample < count);
    }

    [Fact]
    public void Held_samples_are_not_trained_on()
    {
        // w·x with x = 1 but for the held ones, which would make the loss infinite.
        int[] held = [3, 8];
        var samples = SampleStore.Read(new Batches([.. Enumerable.Range(0, 10).Select(i => held.Contains(i) ? double.PositiveInfinity : 1)], [10, 1], 10));
        var graph = new GraphWriter();
        graph.Input("x", DataType.Float, -1, 1);
        graph.Initializer("w", WeightValues.Create("", (int)DataType.Float, [1], [1.0]));
        var product = graph.Node("Mul", ["x", "w"]);
        var loss = graph.Node("ReduceMean", [graph.Node("Mul", [product, product])], GraphWriter.Attribute("keepdims", 0L));
        using var trainer = new Trainer(fixture.Engine, TrainingGraph.Build(fixture.Engine, graph, loss, ["w"], new Sgd(0), 3));
        var batch = new Dictionary<string, HostTensor> { ["x"] = HostTensor.From<float>(DataType.Float, [3, 1], [1f, 2, 3]) };

        // The rate throws w from 1 to −2 and on to 4: the start is best.
        var plan = new TrainingPlan(4, new LearningRate(1.5), Seed: 1) { CheckpointEvery = 2 };
        var result = TrainingLoop.Run(trainer, samples, plan, held: new HeldSamples(held.ToHashSet(), [batch]));

        result.Losses.ShouldBe([1f, 4, 16, 64]);
        result.Looks.Select(look => look.Step).ShouldBe([0, 2, 4]);
        result.Looks[0].Loss.ShouldBe((1 + 4 + 9) / 3f, 1e-6f);
        result.Kept.ShouldBe(0);
        result.Parameters["w"].As<float>()[0].ShouldBe(1);
    }

    [Fact]
    public void A_loss_that_rises_above_a_guess_in_the_first_steps_is_a_training_that_diverges()
    {
        var problem = new ExclusiveOr(fixture.Engine);
        var plan = new TrainingPlan(200, new LearningRate(30), Seed: 3);

        problem.Train(plan).Losses.Count.ShouldBe(200);
        var error = Should.Throw<DiagnosticException>(() => problem.Train(plan with { Guess = Math.Log(2) }));

        error.Diagnostic.Code.ShouldBe("MOC2307");
        error.Message.ShouldMatch(@"the loss has risen to [\d.]+ by step \d\d of 200");
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_does_not()
    {
        var problem = new ExclusiveOr(fixture.Engine);
        var bytes = Bytes(problem.Train(Plan));

        Bytes(problem.Train(Plan)).ShouldBe(bytes);
        Bytes(problem.Train(Plan with { Seed = 4 })).ShouldNotBe(bytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void An_interrupted_training_resumes_bit_for_bit(int which)
    {
        var problem = new ExclusiveOr(fixture.Engine);
        var whole = problem.Train(Plan);
        using var interrupt = new CancellationTokenSource();
        var checkpoints = new List<byte[]>();
        Should.Throw<OperationCanceledException>(() => problem.Train(
            Plan,
            checkpoint: bytes =>
            {
                checkpoints.Add(bytes);
                if (checkpoints.Count > which)
                {
                    interrupt.Cancel();
                }
            },
            cancellation: interrupt.Token));

        var resumed = problem.Train(Plan, resume: checkpoints[which]);

        resumed.ResumedAt.ShouldBe(25 * (which + 1));
        resumed.Losses.ShouldBe(whole.Losses);
        Bytes(resumed).ShouldBe(Bytes(whole));
    }

    [Fact]
    public void A_checkpoint_that_is_damaged_or_of_another_training_is_not_used()
    {
        var problem = new ExclusiveOr(fixture.Engine);
        byte[]? saved = null;
        var whole = problem.Train(Plan, checkpoint: bytes => saved ??= bytes);
        var damaged = (byte[])saved!.Clone();
        damaged[^1] ^= 1;

        problem.Train(Plan with { Seed = 9 }, resume: saved).ResumedAt.ShouldBe(0);
        var again = problem.Train(Plan, resume: damaged);

        again.ResumedAt.ShouldBe(0);
        Bytes(again).ShouldBe(Bytes(whole));
    }

    [Fact]
    public void Progress_counts_every_step_and_ends_with_nothing_left()
    {
        var reports = new List<TrainingProgress>();

        var result = new ExclusiveOr(fixture.Engine).Train(Plan, progress: new Inline(reports.Add));

        reports.Select(report => report.Step).ShouldBe(Enumerable.Range(1, 60).Select(step => (long)step));
        reports.ShouldAllBe(report => report.Steps == 60 && report.Remaining >= TimeSpan.Zero);
        reports[0].Loss.ShouldBe(result.Losses[0], 1e-6);
        reports[^1].Remaining.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void A_training_that_diverges_says_at_which_step_and_what_to_do()
    {
        var error = Should.Throw<DiagnosticException>(() => new ExclusiveOr(fixture.Engine).Train(Plan with { LearningRate = new LearningRate(1e30) }));

        error.Diagnostic.Code.ShouldBe("MOC2307");
        error.Message.ShouldContain("of 60. Lower the learning rate");
    }

    [Fact]
    public void Weights_that_the_last_step_broke_are_not_handed_out() =>
        Should
            .Throw<DiagnosticException>(() => new ExclusiveOr(fixture.Engine).Train(new TrainingPlan(1, new LearningRate(double.MaxValue), Seed: 1)))
            .Diagnostic.Code.ShouldBe("MOC2307");

    private static GraphWriter Linear(double[] weights)
    {
        var graph = new GraphWriter();
        graph.Input("x", DataType.Float, -1, 3);
        graph.Initializer("w", WeightValues.Create("", (int)DataType.Float, [3, 2], weights));
        graph.NodeTo("logits", "MatMul", ["x", "w"]);
        graph.Output("logits", DataType.Float, -1, 2);
        return graph;
    }

    private static byte[] Bytes(TrainingResult result) => [.. result.Parameters.Values.SelectMany(tensor => tensor.Bytes)];

    private sealed class Inline(Action<TrainingProgress> action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action(value);
    }
}
