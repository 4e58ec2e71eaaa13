using ModelOptimizer.Pipeline.Datasets;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>An entry of <c>datasets:</c>.</summary>
internal static class DatasetKeys
{
    private static readonly ValueForm Array = new AnyForm(
        "name of an array, a file, a column, a range or list of columns, or a pattern",
        new TextForm("name"),
        new ListForm(new TextForm("column"), "list of columns"));

    public static KeyDeclaration Path { get; } = new("path", new TextForm($"path of {DataFormats.Expected}"), "What holds the arrays, relative to the manifest. Left out where every array is a file of its own (.npy, IDX).");

    public static KeyDeclaration Inputs { get; } =
        new("inputs", new MapForm(Array, "map from model input to array"), "Which array feeds which input of the model; every input has one. The first dimension of an array counts the samples.") { IsRequired = true, Example = "{ image: ARRAY }" };

    public static KeyDeclaration Labels { get; } =
        new("labels", Array, "The array of what is right: the class of each sample, counted from 0, or the numbers that the model should give. 'folder' where the sub-folders of a folder are the classes.");

    public static KeyDeclaration Preprocess { get; } =
        new("preprocess", new SectionForm(PreprocessKeys.Section, "mapping, see preprocess"), "What is done to every input before the model sees it. It must be what the model was trained with.");

    public static KeyDeclaration Split { get; } = new(
        "split",
        new MapForm(new QuantityValue(QuantityForm.Points), "map from part to share of the samples, such as { train: 80%, test: 20% }"),
        "Cuts the dataset into parts that share no sample. Models then use 'NAME/PART', and the dataset by its parts only.");

    public static SectionDeclaration Section { get; } = new([Path, Inputs, Labels, Preprocess, Split]);
}
