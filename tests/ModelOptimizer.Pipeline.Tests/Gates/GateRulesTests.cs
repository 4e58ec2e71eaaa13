using ModelOptimizer.Pipeline.Gates;

namespace ModelOptimizer.Pipeline.Tests.Gates;

public class GateRulesTests
{
    [Theory]
    [InlineData("top1 max-drop 0.5%")]
    [InlineData("top1 max-drop 0")]
    [InlineData("top1 min 97%")]
    [InlineData("top1 min 0.97")]
    [InlineData("agreement max-drop 1%")]
    [InlineData("cosine min 0.99")]
    [InlineData("top3 min 97%")]
    [InlineData("f1-macro max-drop 1%")]
    [InlineData("auc min 0.9")]
    [InlineData("psnr max-drop 0.1")]
    [InlineData("r2 max-drop 1%")]
    [InlineData("perplexity max-rise 2%")]
    [InlineData("rmse max-rise 0.2")]
    [InlineData("mse max 0.01")]
    [InlineData("mse max-rise 0.01")]
    [InlineData("size max 45%")]
    [InlineData("size max 250 KB")]
    [InlineData("macs max 1000000")]
    [InlineData("latency max 90%")]
    [InlineData("output-error max 0.14")]
    [InlineData("output-error max 14%")]
    public void A_Gate_With_One_Meaning_Is_Good(string gate) => GateRules.Problem(Given.Gate(gate)).ShouldBeNull();

    [Theory]
    [InlineData("top1 max-rise 1%", "more 'top1' is better: write 'max-drop' instead of 'max-rise'")]
    [InlineData("mse max-drop 1", "less 'mse' is better: write 'max-rise' instead of 'max-drop'")]
    [InlineData("mse max-rise 5%", "'mse' compares with the original's outputs, so the original has no 'mse' to take 5% of: write a plain number")]
    [InlineData("mse max 5%", "'mse' compares with the original's outputs, so the original has no 'mse' to take 5% of: write a plain number")]
    [InlineData("top1 max-drop 0.5", "'max-drop: 0.5' could be 0.5 points or 50: write 'max-drop: 0.5%' or 'max-drop: 50%'")]
    [InlineData("top1 min 1", "'min: 1' could be 1 points or 100: write 'min: 1%' or 'min: 100%'")]
    [InlineData("top1 min 97", "'top1' is at most 1: write 'min: 97%'")]
    [InlineData("top1 min 101%", "'top1' is at most 100%")]
    [InlineData("top1 max-drop -1%", "a 'max-drop' is 0 or more")]
    [InlineData("size min 10%", "'size' takes 'max', not 'min'")]
    [InlineData("params max-rise 10%", "'params' takes 'max', not 'max-rise'")]
    [InlineData("size max 0", "'size' needs a limit above 0")]
    [InlineData("latency max 5", "'latency' is measured against the original: write a percentage, such as 'max: 90%'")]
    [InlineData("output-error max-rise 0.1", "'output-error' takes 'max', not 'max-rise'")]
    [InlineData(
        "top0 min 97%",
        "there is no metric 'top0'; there are top1, top5, f1-micro, f1-macro, auc, mae, rmse, r2, psnr, perplexity, agreement, cosine, mse, output-error, size, "
            + "shipped, params, macs, latency, and topK for any K"
    )]
    public void A_Gate_Without_One_Meaning_Says_How_To_Write_It(string gate, string problem) => GateRules.Problem(Given.Gate(gate)).ShouldBe(problem);

    [Theory]
    [InlineData("mAP max-drop 0.5", null, null)]
    [InlineData("mAP max-rise 5%", null, null)]
    [InlineData("mAP min 1", 0.95, null)]
    [InlineData("mAP max 150%", 0.95, null)]
    [InlineData("mAP max-drop -1", null, "a 'max-drop' is 0 or more")]
    [InlineData(
        "mAP max-drop 0.5",
        0.95,
        "'mAP' is a number that a command prints, without the samples that a confidence is computed from: write '{ max-drop: 0.5, confidence: none }', so that "
            + "the measured numbers decide"
    )]
    public void A_Number_That_A_Command_Prints_Is_Decided_As_Measured(string gate, double? confidence, string? problem) =>
        GateRules.Problem(Given.Gate(gate, confidence) with { IsByCommand = true }).ShouldBe(problem);

    [Theory]
    [InlineData(0.3)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_Confidence_That_Says_Nothing_Is_Refused(double confidence) =>
        GateRules.Problem(Given.Gate("top1 max-drop 0.5%", confidence)).ShouldBe("'confidence' must be at least 50% and less than 100%, or 'none'");
}
