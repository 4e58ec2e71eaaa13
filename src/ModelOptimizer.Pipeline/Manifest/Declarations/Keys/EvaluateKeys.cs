using ModelOptimizer.Pipeline.Metrics;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary><c>evaluate:</c>.</summary>
internal static class EvaluateKeys
{
    private static readonly string[] OfDataset = ["dataset"];
    private static readonly string[] OfCommand = ["command"];

    private static readonly ValueForm Metric = new AnyForm("name", new ChoiceForm([.. MetricCatalogue.All.Select(metric => metric.Name)]), new PatternForm(MetricCatalogue.TopKPattern, "topK"));

    public static KeyDeclaration Dataset { get; } = new("dataset", new TextForm("name of a dataset"), "The samples that metrics and gates are measured on: a dataset, or a part of one such as digits/test.") { Example = "NAME" };

    public static KeyDeclaration Metrics { get; } =
        new("metrics", new ListForm(Metric, "list of metrics", 0), "What is measured and reported besides what the gates need.") { Needs = OfDataset };

    public static KeyDeclaration Samples { get; } = new("samples", new IntegerForm(1), "How many samples are drawn; absent, all.") { Needs = OfDataset };

    public static KeyDeclaration Output { get; } = new("output", new TextForm("name of a model output"), "The output that metrics look at; absent, the first.") { Needs = OfDataset };

    public static KeyDeclaration Command { get; } = new(
        "command",
        new AnyForm("program, or list of a program and its arguments", new TextForm("program"), new ListForm(new TextForm("word"), "words")),
        "Your own evaluator, run in the manifest's folder once for each model; gates can be on any number that it prints. '{model}' stands for the model's path, which is the last argument otherwise.")
    {
        Example = "[python, eval.py]",
    };

    public static KeyDeclaration Timeout { get; } = new("timeout", new IntegerForm(1, 1_000_000), "Seconds that the command may take for one model.", "600") { Needs = OfCommand };

    public static KeyDeclaration Files { get; } =
        new("files", new ListForm(new TextForm("path"), "list of paths", 0), "Files that the command's numbers depend on; files of the project among its arguments are known already.") { Needs = OfCommand };

    public static SectionDeclaration Section { get; } = new([Dataset, Metrics, Samples, Output, Command, Timeout, Files]) { NeedsOneOf = ["dataset", "command"] };
}
