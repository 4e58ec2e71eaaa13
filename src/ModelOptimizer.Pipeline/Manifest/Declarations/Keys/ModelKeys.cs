namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>An entry of <c>models:</c>.</summary>
internal static class ModelKeys
{
    public static KeyDeclaration Source { get; } = new("source", new TextForm("path of an ONNX file"), "The model to compress, relative to the manifest.") { IsRequired = true, Example = "models/digits.onnx" };

    public static KeyDeclaration Output { get; } =
        new("output", new TextForm("path"), "Where modelopt compress writes the result; absent, SOURCE.compressed.onnx beside the source. A build chooses the place itself.");

    public static KeyDeclaration Calibrate { get; } = new("calibrate", new SectionForm(CalibrateKeys.Section, "mapping, see calibrate"), "The samples that methods look at. Never those that gates are decided on.");

    public static KeyDeclaration Evaluate { get; } = new("evaluate", new SectionForm(EvaluateKeys.Section, "mapping, see evaluate"), "What original and compressed model are measured on.");

    public static KeyDeclaration Compress { get; } =
        new("compress", new ListForm(new DefinedForm("step", "step"), "list of steps"), "What is done to the model, in this order.") { IsRequired = true, Example = "[ { method: tucker, budget: { size: 40% } } ]" };

    public static KeyDeclaration Gates { get; } = new("gates", new ListForm(new DefinedForm("gate", "gate"), "list of gates", 0), "What must hold. A gate that does not is an error of the build.");

    public static KeyDeclaration Embed { get; } = new("embed", new SectionForm(EmbedKeys.Section, "mapping, see embed"), "How a build ships the compressed model.");

    public static SectionDeclaration Section { get; } = new([Source, Output, Calibrate, Evaluate, Compress, Gates, Embed]);
}
