using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Distillation;
using ModelOptimizer.Methods.Tests.BlockDescent;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Training;
using ModelOptimizer.Testing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Tests.Distillation;

public class BatchChangeTests
{
    private const int Count = 16;

    [Fact]
    public void Mixed_samples_and_their_labels_are_of_two_of_the_batch_in_the_same_proportions()
    {
        // Unit vectors: a mixture tells what it was made of.
        float[] rows = new float[Count * Count];
        for (var i = 0; i < Count; i++)
        {
            rows[(i * Count) + i] = 1;
        }

        var batch = Batch(("x", [Count, Count], rows), (TrainingColumns.Labels, [Count, Count], [.. rows.Select(value => 2 * value)]));

        Change(new() { Mixup = true }, Batch(("x", [Count, Count], rows))).Apply(3, batch);

        var (mixed, labels) = (batch["x"].As<float>().ToArray(), batch[TrainingColumns.Labels].As<float>().ToArray());
        labels.ShouldBe(mixed.Select(value => 2 * value));
        var partners = new HashSet<int>();
        for (var i = 0; i < Count; i++)
        {
            var row = mixed[(i * Count)..((i + 1) * Count)];
            row.Sum().ShouldBe(1, 1e-6);
            row.Count(value => value != 0).ShouldBeInRange(1, 2);
            partners.Add(Array.FindIndex(row, value => value != 0 && row[i] != value) is >= 0 and var other ? other : i);
        }

        // A permutation.
        partners.Count.ShouldBe(Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Images_are_mirrored_and_moved_as_wholes(bool channelsLast)
    {
        const int Side = 6;
        // Every pixel says where it is; zero is what comes in.
        float Pixel(int channel, int row, int column) => (100 * (channel + 1)) + (10 * row) + column;
        long[] shape = channelsLast ? [Count, Side, Side, 3] : [Count, 3, Side, Side];
        int Place(int i, int c, int row, int column) =>
            channelsLast ? (((((i * Side) + row) * Side) + column) * 3) + c : (((((i * 3) + c) * Side) + row) * Side) + column;
        var values = new float[Count * 3 * Side * Side];
        Each((i, c, row, column) => values[Place(i, c, row, column)] = Pixel(c, row, column));
        var batch = Batch(("x", shape, values));

        Change(new() { Flip = true, Crop = 2 }, Batch(("x", shape, values))).Apply(0, batch);

        var found = batch["x"].As<float>().ToArray();
        var seen = new HashSet<(int, int, bool)>();
        for (var i = 0; i < Count; i++)
        {
            var fitting = Moves().Where(move => Fits(i, move.Down, move.Right, move.IsMirrored)).ToList();
            seen.Add(fitting.ShouldHaveSingleItem());
        }

        seen.Count.ShouldBeGreaterThan(Count / 2);
        seen.Select(move => move.Item3).Distinct().Count().ShouldBe(2);

        static IEnumerable<(int Down, int Right, bool IsMirrored)> Moves() =>
            Enumerable.Range(0, 50).Select(move => ((move / 2 % 5) - 2, (move / 10) - 2, move % 2 == 1));

        bool Fits(int i, int down, int right, bool mirrored)
        {
            var fits = true;
            Each((sample, c, row, column) =>
            {
                var (fromRow, fromColumn) = (row - down, column - right);
                var expected = fromRow is < 0 or >= Side || fromColumn is < 0 or >= Side ? 0 : Pixel(c, fromRow, mirrored ? Side - 1 - fromColumn : fromColumn);
                fits &= sample != i || found[Place(i, c, row, column)] == expected;
            });
            return fits;
        }

        static void Each(Action<int, int, int, int> visit)
        {
            for (var n = 0; n < Count * 3 * Side * Side; n++)
            {
                visit(n / (3 * Side * Side), n / (Side * Side) % 3, n / Side % Side, n % Side);
            }
        }
    }

    [Fact]
    public void Noise_has_the_share_of_the_inputs_deviation()
    {
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, 20_000).Select(_ => (float)(5 + (3 * ((2 * random.NextDouble()) - 1))))];
        var batch = Batch(("x", [Count, 1250], values));

        Change(new() { Noise = 0.1 }, Batch(("x", [Count, 1250], values))).Apply(0, batch);

        var added = batch["x"].As<float>().ToArray().Zip(values, (a, b) => (double)a - b).ToList();
        added.Average().ShouldBe(0, 0.01);
        // A uniform distribution's deviation is its half width over √3.
        Math.Sqrt(added.Average(value => value * value)).ShouldBe(0.1 * 3 / Math.Sqrt(3), 0.01);
    }

    [Fact]
    public void A_step_is_changed_alike_each_time_and_unlike_another()
    {
        long[] shape = [Count, 3, 8, 8];
        float[] values = [.. Enumerable.Range(0, Count * 192).Select(i => (float)Math.Sin(i))];
        byte[] Changed(long step, int seed)
        {
            var batch = Batch(("x", shape, values));
            Change(Augmentation.Auto, Batch(("x", shape, values)), seed).Apply(step, batch);
            return batch["x"].Bytes;
        }

        Changed(4, 1).ShouldBe(Changed(4, 1));
        Changed(4, 1).ShouldNotBe(Changed(5, 1));
        Changed(4, 1).ShouldNotBe(Changed(4, 2));
    }

    [Fact]
    public void Numbers_that_are_no_floats_are_left_alone()
    {
        var ids = new Dictionary<string, HostTensor> { ["ids"] = HostTensor.From<long>(DataType.Int64, [Count, 2], new long[2 * Count]) };

        BatchChange.Of(SampleStore.Of(ids), Options(Augmentation.Auto), 1).ShouldBeNull();
        Code(() => BatchChange.Of(SampleStore.Of(ids), Options(new() { Mixup = true }), 1)).ShouldBe(MethodCodes.NotAugmentable);
    }

    [Theory]
    [InlineData(Count, 12)]
    [InlineData(Count, 3, 8, 6)]
    [InlineData(Count, 2, 8, 8)]
    public void What_is_no_image_cannot_be_mirrored(params int[] shape)
    {
        long[] dims = [.. shape.Select(extent => (long)extent)];
        var batch = Batch(("x", dims, new float[shape.Aggregate((a, b) => a * b)]));

        Code(() => Change(new() { Flip = true }, batch)).ShouldBe(MethodCodes.NotAugmentable);
    }

    [Theory]
    [InlineData("kd")]
    [InlineData("mixed")]
    public void The_teacher_labels_what_the_student_sees(string loss)
    {
        var teacher = ResidualNetwork.Create();

        var result = StudentRun.Train(
            "distill", StudentRun.Context(teacher, teacher), [("loss", loss), ("steps", 20), ("learning-rate", 1e-9), .. loss == "mixed" ? [("alpha", (object)1.0)] : Array.Empty<(string, object)>()]);

        // The student is the teacher: any difference would be one of samples.
        result.Series[0].Points.ShouldAllBe(point => Math.Abs(point.Y) < 1e-6);
    }

    [Fact]
    public void A_student_with_another_batch_than_the_original_is_labelled_too()
    {
        var teacher = StudentRun.Dense();
        teacher.Graph.Input[0].Type.TensorType.Shape.Dim[0] = new() { DimValue = 3 };
        teacher.Graph.Output[0].Type.TensorType.Shape.Dim[0] = new() { DimValue = 3 };
        var student = StudentRun.Dense();

        var result = StudentRun.Train("distill", StudentRun.WithStudent(teacher, student) with { Calibration = new RandomBatches(student) }, ("steps", 10), ("batch", 8));

        result.Series[0].Points.ShouldAllBe(point => Math.Abs(point.Y) < 1e-6);
    }

    [Fact]
    public void Samples_that_the_start_was_fitted_to_do_not_speak_for_it()
    {
        var teacher = StudentRun.Dense();
        var student = teacher.Clone();
        var weight = student.Graph.Initializer.Single(tensor => tensor.Name == "fc1.w");
        WeightValues.Write(weight, [.. WeightValues.ReadDoubles(weight).Select((value, index) => index % 12 == 11 ? value + 1 : value)]);
        // As they are, the samples do not show that the student is wrong: their last number is 0.
        var context = StudentRun.Context(teacher, student, new FlatBatches(new LabelledBatches(teacher, 5)));

        var asTheyAre = StudentRun.Train("distill", context, ("steps", 100), ("learning-rate", 1e-2), ("augment", Augmentation.None));
        var changed = StudentRun.Train("distill", context, ("steps", 100), ("learning-rate", 1e-2), ("augment", new Augmentation { Noise = 1 }));

        asTheyAre.Certificates[^1].Meaning.ShouldContain("step 0 of 100");
        changed.Certificates[^1].Meaning.ShouldNotContain("step 0 of 100");
        StudentRun.Distance(teacher, changed.Model).ShouldBeLessThan(StudentRun.Distance(teacher, student) / 2);
    }

    private static BatchChange Change(Augmentation what, Dictionary<string, HostTensor> inputs, int seed = 1) =>
        BatchChange.Of(SampleStore.Of(inputs), Options(what), seed)!;

    private static DistillationOptions Options(Augmentation what) =>
        DistillationOptions.From(MethodRun.Arguments(("augment", what)), DistillationKeys.LearningRate("1e-4"));

    private static Dictionary<string, HostTensor> Batch(params (string Name, long[] Shape, float[] Values)[] tensors) =>
        tensors.ToDictionary(tensor => tensor.Name, tensor => HostTensor.From<float>(DataType.Float, tensor.Shape, tensor.Values));

    private static string Code(Action action) => Should.Throw<DiagnosticException>(action).Diagnostic.Code;

    /// <summary>Samples whose last number is 0.</summary>
    private sealed class FlatBatches(IBatchSource batches) : IBatchSource
    {
        public int Count => batches.Count;

        public IEnumerable<Batch> Read()
        {
            foreach (var batch in batches.Read())
            {
                var rows = batch.Inputs["x"];
                for (var values = rows.As<float>(); values.Length > 0; values = values[12..])
                {
                    values[11] = 0;
                }

                yield return batch;
            }
        }
    }
}
