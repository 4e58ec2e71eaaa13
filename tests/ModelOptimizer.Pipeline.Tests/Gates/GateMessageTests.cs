using System.Text;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Pipeline.Tests.Gates;

public class GateMessageTests
{
    private readonly StringBuilder _text = new();

    [Fact]
    public void Metrics_Of_Right_And_Wrong()
    {
        Add("top1 max-drop 0.5%", Given.Counts("top1", 2000, 1940, 5, 4));
        Add("top1 max-drop 0.5%", Given.Counts("top1", 2000, 1940, 24, 0));
        Add("top1 max-drop 0.5%", Given.Counts("top1", 2000, 1940, 9, 2));
        Add("top1 max-drop 0.5%", Given.Counts("top1", 2000, 1940, 10, 0));
        Add("top1 max-drop 0.5%", Given.Counts("top1", 2000, 1940, 2, 14));
        Add("top1 max-drop 0.5%", Given.Counts("top1", 2000, 1960, 0, 40));
        Add("top1 max-drop 0.5%", Given.Counts("top1", 2000, 1940, 0, 0));
        Add("top1 max-drop 0%", Given.Counts("top1", 2000, 1940, 0, 0));
        Add("top1 max-drop 0.5%", Given.Counts("top1", 1, 1, 0, 0));
        Add("top1 max-drop 0.5%", Given.Counts("top1", 100, 0, 100, 0));
        Add("top1 max-drop 0.5%", Given.Counts("top1", 60000, 58000, 290, 30), confidence: 0.99);
        Add("top1 max-drop 0.5%", Given.Counts("top1", 2000, 1940, 10, 0), confidence: null);
        Add("top1 max-drop 0.5%", Given.Counts("top1", 2000, 1940, 11, 0), confidence: null);
        Add("top1 min 97%", Given.Counts("top1", 2000, 1940, 0, 0));
        Add("top1 min 97%", Given.Counts("top1", 2000, 1939, 6, 0));
        Add("top1 min 97%", Given.Counts("top1", 2000, 1900, 6, 2));
        Add("top1 max 97%", Given.Counts("top1", 2000, 1940, 0, 0));
        Add("top1 max 97%", Given.Counts("top1", 2000, 1941, 0, 0));
        Add("top5 min 0.99", Given.Counts("top5", 1, 1, 0, 0));
        Add("agreement min 99%", Given.Fidelity("agreement", Ones(1980, 20)));
        Add("agreement min 99%", Given.Fidelity("agreement", Ones(1979, 21)));
        Add("agreement max-drop 1%", Given.Fidelity("agreement", Ones(1994, 6)));
        Add("agreement max-drop 1%", Given.Fidelity("agreement", Ones(1985, 15)));
        Add("agreement max-drop 1%", Given.Fidelity("agreement", Ones(1900, 100)));

        _text.ToString().ShouldBeApproved();
    }

    [Fact]
    public void Metrics_Of_Real_Scores()
    {
        double[] near = [.. Enumerable.Range(0, 500).Select(i => 0.999 + (0.0009 * Math.Sin(i)))];
        double[] errors = [.. Enumerable.Range(0, 500).Select(i => 0.01 * Math.Exp(Math.Sin(i)))];

        Add("cosine min 0.99", Given.Fidelity("cosine", near));
        Add("cosine min 99.95%", Given.Fidelity("cosine", near));
        Add("cosine min 99%", Given.Fidelity("cosine", near[..10]));
        Add("cosine max-drop 0.2%", Given.Fidelity("cosine", near));
        Add("cosine max-drop 0.105%", Given.Fidelity("cosine", near));
        Add("cosine max-drop 0.05%", Given.Fidelity("cosine", near));
        Add("cosine max-drop 0.2%", Given.Fidelity("cosine", near[..10]));
        Add("cosine max-drop 0%", Given.Fidelity("cosine", Enumerable.Repeat(1.0, 30)));
        Add("mse max 0.02", Given.Fidelity("mse", errors));
        Add("mse max 0.01", Given.Fidelity("mse", errors));
        Add("mse min 0.02", Given.Fidelity("mse", errors));
        Add("mse max-rise 0.02", Given.Fidelity("mse", errors));
        Add("mse max-rise 0.0129", Given.Fidelity("mse", errors));
        Add("mse max-rise 0.0129", Given.Fidelity("mse", errors), confidence: null);
        Add("mse max-rise 0.01", Given.Fidelity("mse", errors));

        _text.ToString().ShouldBeApproved();
    }

    [Fact]
    public void Metrics_Of_All_Samples()
    {
        double[][] labels = [.. Enumerable.Range(0, 500).Select(i => new double[] { i % 3, i % 3 })];
        double[][] predictions = [.. labels.Select((row, i) => i % 50 == 0 ? [row[0], (row[0] + 1) % 3] : row)];
        double[][] errors = [.. Enumerable.Range(0, 500).Select(i => new[] { 1 + (0.9 * Math.Sin(i)) })];
        double[][] larger = [.. errors.Select((row, i) => new[] { row[0] * (1.1 + (0.05 * Math.Sin(3 * i))) })];

        Add("f1-macro max-drop 5%", Given.Joint("f1-macro", labels, predictions));
        Add("f1-macro max-drop 2.5%", Given.Joint("f1-macro", labels, predictions));
        Add("f1-macro max-drop 1%", Given.Joint("f1-macro", labels, predictions));
        Add("f1-macro max-drop 1%", Given.Joint("f1-macro", labels, labels));
        Add("f1-macro max-drop 5%", Given.Joint("f1-macro", labels[..10], labels[..10]));
        Add("f1-macro min 97%", Given.Joint("f1-macro", labels, predictions));
        Add("f1-macro min 99%", Given.Joint("f1-macro", labels, predictions));
        Add("rmse max-rise 0.1", Given.Joint("rmse", errors, larger));
        Add("rmse max-rise 6%", Given.Joint("rmse", errors, larger));
        Add("rmse max-rise 5%", Given.Joint("rmse", errors, larger));
        Add("rmse max-rise 1%", Given.Joint("rmse", errors, larger));
        Add("rmse max 106%", Given.Joint("rmse", errors, larger));
        Add("rmse max 1", Given.Joint("rmse", errors, larger), confidence: null);
        Add("auc max-drop 1%", Given.Joint("auc", labels[..1], labels[..1]));

        _text.ToString().ShouldBeApproved();
    }

    [Fact]
    public void Costs()
    {
        Add("size max 46%", Given.Evidence());
        Add("size max 45%", Given.Evidence());
        Add("size max 103.2 KB", Given.Evidence());
        Add("size max 103199 B", Given.Evidence());
        Add("params max 25000", Given.Evidence());
        Add("params max 24999", Given.Evidence());
        Add("params max 40%", Given.Evidence());
        Add("macs max 37.5%", Given.Evidence());
        Add("macs max 37%", Given.Evidence());
        Add("macs max 37%", Given.Evidence() with { Before = new(1, 1, null) });
        Add("macs max 37%", Given.Evidence() with { After = new(1, 1, null) });
        Add("params max 37%", Given.Evidence() with { Before = new(1, 0, null) });
        Add("latency max 90%", Given.Latency(0.9));
        Add("latency max 90%", Given.Latency(0.9001));
        Add("latency max 90%", Given.Latency(double.NaN));
        Add("latency max 90%", Given.Latency(0));
        Add("latency max 90%", Given.Evidence());
        Add("output-error max 0.1", Given.Evidence() with { OutputErrors = Errors(0.1, "test") });
        Add("output-error max 0.1", Given.Evidence() with { OutputErrors = Errors(0.1001, "test") });
        Add("output-error max 0.1", Given.Evidence() with { OutputErrors = Errors(double.PositiveInfinity, null) });
        Add("output-error max 0.1", Given.Evidence() with { OutputErrors = new OutputErrors { Problem = "no output holds floating-point numbers" } });

        _text.ToString().ShouldBeApproved();
    }

    [Fact]
    public void What_Could_Not_Be_Measured()
    {
        var good = Given.Counts("top1", 2000, 1940, 5, 4);

        Add("top1 min 97%", Given.Evidence());
        Add("top1 min 97%", Given.Scores("top1", [], []));
        Add("top5 min 97%", good);
        Add(
            "top1 min 97%",
            good with
            {
                Evaluation = good.Evaluation! with
                {
                    Metrics = [good.Evaluation.Metrics[0] with { Original = [], Compressed = [], Problem = "the dataset has no labels" }],
                },
            }
        );
        Add("cosine min 97%", Given.Fidelity("cosine", [1, double.NaN]));
        Add("top1 min 97%", Given.Scores("top1", [1, double.NaN], [1, 1]));
        Add("top1 min 97%", good with { Overlap = 12 });
        Add("top1 min 97%", good with { Overlap = 1 });
        Add("top1 max-drop 0.5", good);
        Add("top0 max-drop 0.5%", good);

        _text.ToString().ShouldBeApproved();
    }

    private static IEnumerable<double> Ones(int ones, int zeros) => [.. Enumerable.Repeat(1.0, ones), .. Enumerable.Repeat(0.0, zeros)];

    private static OutputErrors Errors(double error, string? dataset) =>
        new() { Dataset = dataset, Samples = 64, Outputs = [new OutputError("scores", error, Math.Sqrt(1 - (error * error)))] };

    private void Add(string gate, GateEvidence evidence, double? confidence = 0.95)
    {
        var verdict = GateKeeper.Decide(Given.Gate(gate, confidence), evidence);
        _text.Append(verdict.Outcome).Append(' ').Append(verdict.Code).Append('\n').Append("  ").Append(verdict.Message).Append('\n');
    }
}
