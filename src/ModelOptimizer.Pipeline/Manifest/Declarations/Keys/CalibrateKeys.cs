namespace ModelOptimizer.Pipeline.Manifest;

/// <summary><c>calibrate:</c>.</summary>
internal static class CalibrateKeys
{
    private const string Data = "data";

    public static KeyDeclaration Dataset { get; } = new("dataset", new TextForm("name of a dataset"), "The dataset, or a part of one such as digits/train.") { ExclusiveGroup = Data, Example = "NAME" };

    public static KeyDeclaration Samples { get; } = new("samples", new IntegerForm(1), "How many samples are drawn; absent, all.") { Needs = ["dataset"] };

    public static KeyDeclaration Random { get; } =
        new("random", new IntegerForm(1), "Instead of a dataset: that many random inputs. For models without data; what depends on the data, such as ranks, is then poorer.") { ExclusiveGroup = Data, Example = "64" };

    public static SectionDeclaration Section { get; } = new([Dataset, Samples, Random]) { NeedsOneOf = ["dataset", "random"] };
}
