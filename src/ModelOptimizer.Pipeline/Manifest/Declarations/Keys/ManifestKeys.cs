using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>The top level.</summary>
internal static class ManifestKeys
{
    private static readonly string Indexed = $"^(({string.Join('|', DeviceSelector.Words.Except(["auto", "cpu"]))}):\\d{{1,3}}|plugin:.+)$";

    public static KeyDeclaration Version { get; } = new("version", new ChoiceForm(["1"]), "The version of the manifest's format.") { IsRequired = true };

    public static KeyDeclaration Device { get; } = new(
        "device",
        new AnyForm($"{string.Join(" | ", DeviceSelector.Words)}, one of several such as cuda:1, or plugin:NAME", new ChoiceForm(DeviceSelector.Words), new PatternForm(Indexed, "cuda:1")),
        "What computes. auto takes the first that starts; a device asked for by name that does not start is an error.",
        "auto");

    public static KeyDeclaration LinearAlgebra { get; } = new(
        "linear-algebra",
        new ChoiceForm(LinearAlgebraBackends.Words),
        "What decomposes and solves matrices. torchsharp needs the package ModelOptimizer.TorchSharp.",
        LinearAlgebraWord.BuiltIn);

    public static KeyDeclaration Seed { get; } = new("seed", new IntegerForm(0), "Where all random numbers start: the samples that are drawn, the parts of a split, random inputs. The same seed gives the same model.", "1");

    public static KeyDeclaration Datasets { get; } = new("datasets", new MapForm(new SectionForm(DatasetKeys.Section, "dataset"), "map from name to dataset", 0), "Where the samples are, under names of your choice.");

    public static KeyDeclaration Models { get; } =
        new("models", new MapForm(new SectionForm(ModelKeys.Section, "model"), "map from name to model"), "What is compressed, under names of your choice: letters, digits, '-', '_', '.' and spaces.") { IsRequired = true, Example = "{ digits: { source: digits.onnx, compress: [ … ] } }" };

    public static SectionDeclaration Section { get; } = new([Version, Device, LinearAlgebra, Seed, Datasets, Models]);
}
