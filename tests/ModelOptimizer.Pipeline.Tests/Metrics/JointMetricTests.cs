using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Tests.Metrics;

/// <summary>Metrics of all samples together, against their definitions written out or against numbers worked out by hand.</summary>
public class JointMetricTests
{
    [Fact]
    public void Macro_F1_Is_The_Mean_Over_Classes_Of_A_Table_Worked_Out_By_Hand()
    {
        // Labels 0 0 0 1 1 2, predictions 0 0 1 1 2 2: hits 2, 1, 1; 2·2/(3 + 2), 2·1/(2 + 2), 2·1/(1 + 2).
        var value = Value("f1-macro", [Picks(0), Picks(0), Picks(1), Picks(1), Picks(2), Picks(2)], [[0], [0], [0], [1], [1], [2]]);

        value.ShouldBe((0.8 + 0.5 + (2.0 / 3)) / 3, 1e-15);
    }

    [Fact]
    public void Macro_F1_Leaves_Out_Classes_That_No_Label_Has_But_Counts_Their_Predictions_As_Misses() =>
        Value("f1-macro", [Picks(0), Picks(2), Picks(1)], [[0], [0], [1]]).ShouldBe(((2.0 / 3) + 1) / 2, 1e-15);

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 3)]
    [InlineData(4, 5)]
    public void Auc_Is_The_Share_Of_Pairs_In_The_Right_Order(int width, int levels)
    {
        var random = new Random(width);
        // Few levels make many ties; probabilities of several classes tie where all outputs are the same.
        var kinds = Enumerable
            .Range(0, 25)
            .Select(_ => Enumerable.Range(0, width).Select(_ => width > 2 ? random.NextDouble() : random.Next(levels)).ToArray())
            .ToArray();
        var outputs = Enumerable.Range(0, 60).Select(_ => kinds[random.Next(25)]).ToArray();
        var labels = Enumerable.Range(0, 60).Select(_ => (double)random.Next(Math.Max(2, width))).ToArray();

        var expected = width switch
        {
            1 => Pairs(labels, 1, i => outputs[i][0]),
            2 => Pairs(labels, 1, i => outputs[i][1] - outputs[i][0]),
            _ => Enumerable.Range(0, width).Average(kind => Pairs(labels, kind, i => Math.Exp(outputs[i][kind]) / outputs[i].Sum(Math.Exp))),
        };

        Value("auc", outputs, [.. labels.Select(label => new[] { label })]).ShouldBe(expected, 1e-12);
    }

    [Fact]
    public void Auc_Ranks_Probabilities_As_They_Are()
    {
        double[][] outputs = [[0.5, 0.3, 0.2], [0.1, 0.6, 0.3], [0.3, 0.3, 0.4], [0.25, 0.5, 0.25], [0, 0, 1]];
        double[] labels = [0, 1, 2, 0, 2];

        Value("auc", outputs, [.. labels.Select(label => new[] { label })])
            .ShouldBe(Enumerable.Range(0, 3).Average(kind => Pairs(labels, kind, i => outputs[i][kind])), 1e-12);
    }

    [Fact]
    public void Auc_Needs_Two_Classes() => double.IsNaN(Value("auc", [[1.0], [2.0]], [[1], [1]])).ShouldBeTrue();

    [Fact]
    public void Rmse_Is_The_Root_Over_All_Samples() =>
        Value("rmse", [[1, 2], [3, 4]], [[1, 4], [0, 4]]).ShouldBe(Math.Sqrt((0 + 4 + 9 + 0) / 4.0), 1e-15);

    [Fact]
    public void R2_Is_One_For_The_Labels_And_Zero_For_Their_Mean()
    {
        Value("r2", [[1], [2], [6]], [[1], [2], [6]]).ShouldBe(1);
        Value("r2", [[3], [3], [3]], [[1], [2], [6]]).ShouldBe(0, 1e-15);
    }

    [Fact]
    public void R2_Of_Several_Values_Is_The_Mean_Of_Theirs_However_Far_They_Lie_From_Zero()
    {
        // First value: errors 1, 0, 1 and labels −1, 0, 1 around 1e8; second: errors 0, 0, 3 and labels 0, 0, 6.
        const double Far = 1e8;
        Value("r2", [[Far, 0], [Far, 0], [Far, 3]], [[Far - 1, 0], [Far, 0], [Far + 1, 6]]).ShouldBe((0 + (1 - (9.0 / 24))) / 2, 1e-9);
    }

    [Fact]
    public void R2_Needs_Labels_That_Differ() => double.IsNaN(Value("r2", [[1], [2]], [[5], [5]])).ShouldBeTrue();

    [Fact]
    public void Psnr_Is_The_Mean_In_Decibels_Of_The_Labels_Range()
    {
        // Labels from 0 to 2; errors 0.2 and 0.02 everywhere: 20 dB and 40 dB.
        Value("psnr", [[0.2, 2.2], [1.02, 0.98]], [[0, 2], [1, 1]]).ShouldBe(30, 1e-9);
        Value("psnr", [[0, 2.0], [1.02, 0.98]], [[0, 2], [1, 1]]).ShouldBe(70, 1e-9);
    }

    [Fact]
    public void Perplexity_Of_Equal_Logits_Is_The_Number_Of_Words() =>
        Value("perplexity", [[7, 7, 7, 7, 7, 7, 7, 7]], [[0, 3]]).ShouldBe(4, 1e-12);

    [Fact]
    public void Perplexity_Counts_Every_Token_Once_And_No_Padding()
    {
        // Probabilities 1/4, 3/4 and 1/2 of the right words; the fourth token is padding.
        var quarters = new[] { 0, Math.Log(3) };
        double[][] outputs = [[.. quarters, .. quarters], [5, 5, 800, -800]];

        Value("perplexity", outputs, [[0, 1], [1, -100]]).ShouldBe(Math.Pow(0.25 * 0.75 * 0.5, -1.0 / 3), 1e-12);
    }

    [Fact]
    public void Perplexity_Has_No_Value_For_A_Word_That_The_Model_Does_Not_Know() =>
        Of("perplexity").Observe(new MetricSample([0, 0], [], [2])).ShouldBeNull();

    [Fact]
    public void Weights_Are_Repetitions()
    {
        var random = new Random(3);
        double[][] outputs = [.. Enumerable.Range(0, 40).Select(_ => Enumerable.Range(0, 4).Select(_ => random.NextDouble()).ToArray())];
        foreach (var metric in MetricCatalogue.All.OfType<IJointMetric>())
        {
            double[][] labels =
            [
                .. Enumerable
                    .Range(0, 40)
                    .Select(i =>
                        metric.Labels == LabelKind.Numbers
                            ? [.. outputs[i].Select(value => value + (0.3 * random.NextDouble()))]
                            : new[] { (double)random.Next(4) }
                    ),
            ];
            int[] weights = [.. Enumerable.Range(0, 40).Select(_ => random.Next(4))];
            var rows = outputs.Zip(labels, (output, label) => metric.Observe(new MetricSample(output, [], label))!).ToArray();
            // The peak of psnr is that of all labels, so all of them stay.
            double[][] repeated = [.. rows.SelectMany((row, i) => Enumerable.Repeat(row, weights[i])), .. rows];

            metric.Over(rows)([.. weights.Select(weight => weight + 1)]).ShouldBe(metric.Over(repeated)([.. repeated.Select(_ => 1)]), 1e-9, metric.Name);
        }
    }

    [Fact]
    public void The_Worst_Loss_Of_F1_Is_No_Better_Than_Any_Other()
    {
        var metric = Of("f1-macro");
        double[][] rows = [.. Enumerable.Repeat(new double[] { 0, 0 }, 20), .. Enumerable.Repeat(new double[] { 1, 1 }, 5), [2, 2], [2, 2], [2, 0]];
        var worst = metric.WorstLoss(rows).ShouldNotBeNull();

        var least = (
            from label in Enumerable.Range(0, 3)
            from predicted in Enumerable.Range(0, 3)
            where label != predicted
            select With([label, predicted])
        ).Min();

        With(worst.Compressed).ShouldBe(least, 0.02);
        worst.Original[0].ShouldBe(worst.Original[1]);

        double With(double[] row) => metric.Over([.. rows, row])([.. Enumerable.Repeat(1, rows.Length + 1)]);
    }

    /// <summary>By the definition, pair by pair.</summary>
    private static double Pairs(double[] labels, int kind, Func<int, double> score)
    {
        var inside = Enumerable.Range(0, labels.Length).Where(i => labels[i] == kind).ToList();
        var outside = Enumerable.Range(0, labels.Length).Where(i => labels[i] != kind).ToList();
        return inside.Average(i => outside.Average(j => Math.Abs(score(i) - score(j)) < 1e-12 ? 0.5 : score(i) > score(j) ? 1 : 0));
    }

    private static double[] Picks(int kind) => [.. Enumerable.Range(0, 3).Select(i => i == kind ? 1.0 : 0)];

    private static double Value(string name, double[][] outputs, double[][] labels)
    {
        var rows = outputs.Zip(labels, (output, label) => Of(name).Observe(new MetricSample(output, [], label))!).ToArray();
        return Of(name).Over(rows)([.. Enumerable.Repeat(1, rows.Length)]);
    }

    private static IJointMetric Of(string name) => MetricCatalogue.All.OfType<IJointMetric>().Single(metric => metric.Name == name);
}
