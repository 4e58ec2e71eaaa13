namespace ModelOptimizer.Pipeline.Manifest;

/// <summary><c>preprocess:</c>.</summary>
internal static class PreprocessKeys
{
    private static readonly ValueForm Numbers = new AnyForm("number, or list of numbers: one, or one for each channel", new PlainNumberForm(), new ListForm(new PlainNumberForm(), "list"));

    public static KeyDeclaration Scale { get; } = new(
        "scale",
        new AnyForm("number, or ratio such as 1/255", new PlainNumberForm(), new PatternForm($"^{QuantityReader.Number}\\s*/\\s*{QuantityReader.Number}$", "ratio")),
        "Values are multiplied by it first.",
        "1");

    public static KeyDeclaration Mean { get; } = new("mean", Numbers, "Subtracted after scaling.", "[0]");

    public static KeyDeclaration Std { get; } = new("std", Numbers, "Divides what is left; not 0.", "[1]");

    public static KeyDeclaration Layout { get; } = new("layout", new ChoiceForm(["NCHW", "NHWC"]), "The order of the file's dimensions: with NHWC the channels are last there, and are put first.", "NCHW");

    public static KeyDeclaration Shape { get; } =
        new("shape", new ListForm(new IntegerForm(1), "list of whole numbers"), "The shape of one sample as the model wants it, with the same number of values. Dimensions of 1 that are missing or too many need no 'shape'.");

    public static SectionDeclaration Section { get; } = new([Scale, Mean, Std, Layout, Shape]);
}
