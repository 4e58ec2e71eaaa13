using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Training;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Tests.Training;

public sealed class LossTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private const int Samples = 6;
    private const int Classes = 4;
    private static readonly double[] Student = Draw(1);
    private static readonly double[] Teacher = Draw(2);
    private static readonly long[] Labels = [3, 0, 1, 1, 2, 0];

    public static TheoryData<long> Opsets => [9, 12, 13, 17, 21];

    [Theory]
    [MemberData(nameof(Opsets))]
    public void Cross_entropy_is_the_mean_of_minus_the_logarithm_at_the_label(long opset)
    {
        var expected = -Enumerable.Range(0, Samples).Average(sample => Math.Log(Softmax(Row(Student, sample), 1)[Labels[sample]]));

        Compute(opset, graph => Losses.CrossEntropy(graph, "student", Losses.OneHot(graph, "labels", Classes))).ShouldBe(expected, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Opsets))]
    public void The_mean_squared_error_is_over_all_elements(long opset) =>
        Compute(opset, graph => Losses.Mse(graph, "student", "teacher")).ShouldBe(Student.Zip(Teacher, (s, t) => (s - t) * (s - t)).Average(), 1e-5);

    [Theory]
    [MemberData(nameof(Opsets))]
    public void The_cosine_loss_is_the_mean_of_one_minus_the_cosine_of_each_row(long opset)
    {
        var expected = Enumerable.Range(0, Samples).Average(sample =>
        {
            var (s, t) = (Row(Student, sample), Row(Teacher, sample));
            return 1 - (s.Zip(t, (a, b) => a * b).Sum() / Math.Sqrt(s.Sum(a => a * a) * t.Sum(b => b * b)));
        });

        Compute(opset, graph => Losses.Cosine(graph, "student", "teacher")).ShouldBe(expected, 1e-6);
        Compute(opset, graph => Losses.Cosine(graph, "student", "teacher"), new double[Student.Length]).ShouldBe(1, 1e-6);
    }

    [Theory]
    [InlineData(1, 17)]
    [InlineData(4, 17)]
    [InlineData(4, 9)]
    public void The_divergence_is_from_teacher_to_student_at_the_temperature(double temperature, long opset)
    {
        var expected = Enumerable.Range(0, Samples).Average(sample =>
        {
            var (p, q) = (Softmax(Row(Teacher, sample), temperature), Softmax(Row(Student, sample), temperature));
            return p.Zip(q, (teacher, student) => teacher * Math.Log(teacher / student)).Sum();
        });

        Compute(opset, graph => Losses.KullbackLeibler(graph, "teacher", "student", temperature)).ShouldBe(expected, 1e-6);
    }

    [Fact]
    public void Large_logits_do_not_overflow()
    {
        var huge = Array.ConvertAll(Student, value => 1e4 * value);

        double.IsFinite(Compute(17, graph => Losses.CrossEntropy(graph, "student", Losses.OneHot(graph, "labels", Classes)), huge)).ShouldBeTrue();
    }

    [Fact]
    public void Losses_are_added_with_their_weights()
    {
        static string Mse(GraphWriter graph) => Losses.Mse(graph, "student", "teacher");
        static string Entropy(GraphWriter graph) => Losses.CrossEntropy(graph, "student", Losses.OneHot(graph, "labels", Classes));

        var sum = Compute(17, graph => Losses.WeightedSum(graph, (0.25, Mse(graph)), (1, Entropy(graph)), (0, "student")));

        sum.ShouldBe((0.25 * Compute(17, Mse)) + Compute(17, Entropy), 1e-6);
    }

    private static double[] Draw(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Samples * Classes).Select(_ => (double)(float)((6 * random.NextDouble()) - 3))];
    }

    private static double[] Row(double[] values, int sample) => values[(sample * Classes)..((sample + 1) * Classes)];

    private static double[] Softmax(double[] logits, double temperature)
    {
        var powers = Array.ConvertAll(logits, logit => Math.Exp(logit / temperature));
        return Array.ConvertAll(powers, power => power / powers.Sum());
    }

    private double Compute(long opset, Func<GraphWriter, string> loss, double[]? student = null)
    {
        var graph = new GraphWriter();
        graph.Model.Proto.OpsetImport[0].Version = opset;
        graph.Input("student", DataType.Float, -1, Classes);
        graph.Input("teacher", DataType.Float, -1, Classes);
        graph.Input("labels", DataType.Int64, -1);
        var name = loss(graph);
        graph.Output(name, DataType.Float);
        using var session = fixture.Engine.CreateSession(graph.Build());
        var result = session.Run(new Dictionary<string, HostTensor>
        {
            ["student"] = Logits(student ?? Student),
            ["teacher"] = Logits(Teacher),
            ["labels"] = HostTensor.From<long>(DataType.Int64, [Samples], Labels),
        });
        result[name].Shape.ShouldBeEmpty();
        return result[name].As<float>()[0];
    }

    private static HostTensor Logits(double[] values) =>
        HostTensor.From<float>(DataType.Float, [Samples, Classes], Array.ConvertAll(values, value => (float)value));
}
