using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Pipeline.Evaluation;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Metrics;
using ModelOptimizer.Pipeline.Tests.Evaluation;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Pipeline.Tests.Gates;

/// <summary>A model that is left as it is loses nothing, and a gate may say so only where there is something to lose.</summary>
public class ChanceTests
{
    private const int Samples = 400;
    private const int Classes = 5;

    [Theory]
    [InlineData("top1 max-drop 1%")]
    [InlineData("top2 max-drop 1%")]
    [InlineData("f1-micro max-drop 1%")]
    [InlineData("f1-macro max-drop 5%")]
    [InlineData("auc max-drop 1%")]
    [InlineData("perplexity max-rise 1%")]
    public void Classes_Must_Be_Told_Better_Than_By_Their_Frequency(string gate)
    {
        var labels = Draw(1, [0.4, 0.2, 0.2, 0.1, 0.1]);
        var right = Outputs(2, label => label, labels);

        Decide(gate, right, labels).Outcome.ShouldBe(GateOutcome.Passed);
        ShouldBeChance(gate, right, Array.ConvertAll(labels, label => (label + 1) % Classes), "labels that are shifted");
        ShouldBeChance(gate, Outputs(2, _ => 3, labels), labels, "one answer for all");
        ShouldBeChance(gate, Array.ConvertAll(labels, _ => new double[] { 1, 2, 0, 0, 0 }), labels, "equal outputs");
        ShouldBeChance(gate, Outputs(3, label => label, Draw(7, [0.4, 0.2, 0.2, 0.1, 0.1])), labels, "answers to other samples");
    }

    [Theory]
    [InlineData("mae max-rise 1%")]
    [InlineData("rmse max-rise 1%")]
    [InlineData("r2 max-drop 0.01")]
    [InlineData("psnr max-drop 0.01")]
    public void Numbers_Must_Be_Told_Better_Than_By_Their_Mean(string gate)
    {
        var random = new Random(4);
        double[][] targets = [.. Enumerable.Range(0, Samples).Select(_ => new[] { -Math.Log(random.NextDouble()), 10 + random.NextDouble() })];
        double[][] near = [.. targets.Select(row => Array.ConvertAll(row, value => value + (0.2 * (random.NextDouble() - 0.5))))];

        Decide(gate, near, targets).Outcome.ShouldBe(GateOutcome.Passed);
        ShouldBeChance(gate, near, [.. targets[1..], targets[0]], "labels that are shifted");
        ShouldBeChance(gate, Array.ConvertAll(targets, _ => new[] { 1, 10.5 }), targets, "one answer for all");
        ShouldBeChance(gate, Array.ConvertAll(near, row => Array.ConvertAll(row, value => 255 * value)), targets, "another scale");
    }

    [Theory]
    [InlineData("agreement max-drop 1%")]
    [InlineData("cosine max-drop 1%")]
    [InlineData("mse max-rise 0.01")]
    public void Outputs_That_Are_All_Alike_Have_Nothing_To_Agree_On(string gate)
    {
        var labels = Draw(1, [0.2, 0.2, 0.2, 0.2, 0.2]);

        Decide(gate, Outputs(2, label => label, labels), labels).Outcome.ShouldBe(GateOutcome.Passed);
        ShouldBeChance(gate, Array.ConvertAll(labels, _ => new[] { 0, 2, 1.5, 0, 0 }), labels, "equal outputs");
    }

    [Fact]
    public void Rare_Classes_Are_Paired_With_The_Usual_Answer()
    {
        // 396 of 400 samples are of class 0; the original knows 3 of the others, by luck or not, and then 8 of 20: 97 % of 95 %.
        double[] Labels(int rare) => [.. Enumerable.Range(0, Samples).Select(i => i < rare ? 1.0 : 0)];
        double[][] Knows(int known) => [.. Enumerable.Range(0, Samples).Select(i => i < known ? new double[] { 0, 1 } : [1, 0])];

        Decide("top1 max-drop 1%", Knows(3), Labels(4)).Outcome.ShouldBe(GateOutcome.Undecided);
        Decide("top1 max-drop 1%", Knows(8), Labels(20)).Outcome.ShouldBe(GateOutcome.Passed);
    }

    [Fact]
    public void Few_Samples_Do_Not_Trip_A_Gate_Without_Confidence()
    {
        double[] labels = [0, 1, 0, 1, 1, 0];
        var outputs = Array.ConvertAll(labels, label => new[] { 1 - label, label });
        outputs[0] = [0, 1];

        Decide("top1 max-drop 1%", outputs, labels, confidence: null).Outcome.ShouldBe(GateOutcome.Passed);
        Decide("top1 max-drop 1%", Array.ConvertAll(outputs, _ => new[] { 1.0, 0 }), labels, confidence: null).Code.ShouldBe(GateCodes.Chance);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(1000)]
    public void Guesses_Pass_In_At_Most_Five_Of_A_Hundred_Draws(int samples)
    {
        var random = new Random(samples);
        var passed = Enumerable.Range(0, 1000).Count(_ =>
        {
            double[] labels = [.. Enumerable.Range(0, samples).Select(_ => (double)random.Next(2))];
            double[][] outputs = [.. labels.Select(_ => new[] { random.NextDouble(), random.NextDouble() })];
            return Decide("top1 max-drop 90%", outputs, labels).Outcome == GateOutcome.Passed;
        });

        passed.ShouldBeLessThanOrEqualTo(50);
    }

    [Fact]
    public void Values_Have_No_Chance() =>
        Decide("top1 min 0%", Array.ConvertAll(new double[Samples], _ => new double[] { 1, 0 }), new double[Samples]).Outcome.ShouldBe(GateOutcome.Passed);

    [Fact]
    public void The_Message_Has_Both_Numbers_And_Both_Causes()
    {
        var labels = Draw(1, [0.4, 0.2, 0.2, 0.1, 0.1]);

        Decide("top1 max-drop 1%", Outputs(2, _ => 3, labels), labels).Message.ShouldBe(
            "'top1: { max-drop: 1% }' measures nothing: the original's top1 is 10.25 % on 400 samples, and answers without a look at them reach 45.50 %; check "
                + "that 'labels:' are those of these samples, and that 'preprocess:' is what the model was trained with.");
        Decide("top1 max-drop 1%", Outputs(2, label => label == 1 ? 1 : 0, labels), [.. labels[..200], .. labels[..200]]).Message.ShouldBe(
            "'top1: { max-drop: 1% }' is undecided: the original's top1 is 47.00 % on 400 samples, and answers without a look at them reach 46.00 %, which is too "
                + "near to show that it sees anything; check that 'labels:' are those of these samples, and that 'preprocess:' is what the model was trained with, "
                + "or evaluate on more samples.");
        Decide("agreement max-drop 1%", Array.ConvertAll(labels, _ => new double[] { 1, 0 }), labels).Message.ShouldBe(
            "'agreement: { max-drop: 1% }' measures nothing: the original answers to all samples alike; check that 'labels:' are those of these samples, and "
                + "that 'preprocess:' is what the model was trained with.");
    }

    private static void ShouldBeChance(string gate, double[][] outputs, double[] labels, string why) =>
        Decide(gate, outputs, labels).Code.ShouldBe(GateCodes.Chance, why);

    private static void ShouldBeChance(string gate, double[][] outputs, double[][] targets, string why) =>
        Decide(gate, outputs, targets).Code.ShouldBe(GateCodes.Chance, why);

    private static GateVerdict Decide(string gate, double[][] outputs, double[] labels, double? confidence = 0.95) =>
        Decide(gate, outputs, Array.ConvertAll(labels, label => new[] { label }), confidence);

    // The model is left as it is.
    private static GateVerdict Decide(string gate, double[][] outputs, double[][] targets, double? confidence = 0.95)
    {
        var plan = Given.Gate(gate, confidence);
        MetricCatalogue.TryGet(plan.Metric, out var metric).ShouldBeTrue();
        var batch = new Batch(new Dictionary<string, HostTensor>(), outputs.Length) { Targets = [.. targets.SelectMany(row => row)] };
        var tensor = HostTensor.From<double>(TensorProto.Types.DataType.Double, [outputs.Length, outputs[0].Length], [.. outputs.SelectMany(row => row)]);
        var evaluation = Evaluator.Evaluate(_ => tensor, _ => tensor, new ListSource([batch]), [metric!], "y");
        return GateKeeper.Decide(plan, Given.Evidence() with { Evaluation = evaluation });
    }

    private static double[] Draw(int seed, double[] shares)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, Samples).Select(_ =>
            {
                var (rest, label) = (random.NextDouble(), 0);
                while (label < Classes - 1 && (rest -= shares[label]) > 0)
                {
                    label++;
                }

                return (double)label;
            }),
        ];
    }

    /// <summary>Logits whose greatest is nine times in ten at the answer, else anywhere.</summary>
    private static double[][] Outputs(int seed, Func<double, double> answer, double[] labels)
    {
        var random = new Random(seed);
        return Array.ConvertAll(labels, label =>
        {
            double[] logits = [.. Enumerable.Range(0, Classes).Select(_ => random.NextDouble())];
            logits[random.Next(10) == 0 ? random.Next(Classes) : (int)answer(label)] += 2;
            return logits;
        });
    }
}
