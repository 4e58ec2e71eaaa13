using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Tensors;

namespace ModelOptimizer.Pipeline.Initialization;

/// <summary>Which array feeds which input of the model, and how its samples must be laid out for that.</summary>
internal sealed record ArrayMatch(IReadOnlyDictionary<string, DataArray> Inputs, PreprocessPlan Layout)
{
    private static readonly PreprocessPlan AsItIs = new();

    /// <summary>Finds an array for every input: by name, or else the first that fits and is not taken.</summary>
    public static ArrayMatch Of(IReadOnlyList<ModelTensor> inputs, IReadOnlyList<DataArray> arrays, string path)
    {
        var free = arrays.ToList();
        var found = new Dictionary<string, DataArray>(StringComparer.Ordinal);
        var layout = AsItIs;
        foreach (var input in inputs.OrderByDescending(input => arrays.Any(array => IsNamedFor(array, input))))
        {
            // One 'preprocess' is for all inputs of a dataset, so only a single input may need one.
            var fitting = free.Select(array => (Array: array, Layout: inputs.Count == 1 ? LayoutFor(array, input) : Fits(array, input, AsItIs) ? AsItIs : null)).Where(pair => pair.Layout is not null).ToList();
            var (chosen, chosenLayout) = fitting.OrderByDescending(pair => IsNamedFor(pair.Array, input)).ThenByDescending(pair => pair.Layout == AsItIs).FirstOrDefault();
            if (chosen is null)
            {
                throw new DiagnosticException(
                    InitCodes.NoArrayFits,
                    $"No array of {path} fits the model input '{input.Name}' {ShapeText.Of(input.Shape)}, batch first. Its arrays: {string.Join(", ", arrays)}, samples first. Save the samples in the input's shape, name the labels with --labels if they were taken for something else, or give another file.");
            }

            found.Add(input.Name, chosen);
            free.Remove(chosen);
            layout = chosenLayout!;
        }

        return new ArrayMatch(inputs.ToDictionary(input => input.Name, input => found[input.Name]), layout);
    }

    private static bool IsNamedFor(DataArray array, ModelTensor input) =>
        string.Equals(array.Name, input.Name, StringComparison.OrdinalIgnoreCase) || string.Equals(array.Name, input.Name + "s", StringComparison.OrdinalIgnoreCase);

    private static PreprocessPlan? LayoutFor(DataArray array, ModelTensor input)
    {
        var declared = input.Shape.Length > 0 ? input.Shape[1..] : [];
        PreprocessPlan[] layouts = [AsItIs, AsItIs with { Layout = "NHWC" }, .. declared.Length > 0 && declared.All(extent => extent > 0) ? [AsItIs with { Shape = declared }] : Array.Empty<PreprocessPlan>()];
        return Array.Find(layouts, layout => Fits(array, input, layout));
    }

    private static bool Fits(DataArray array, ModelTensor input, PreprocessPlan layout)
    {
        var sample = array.Header.SampleShape;
        if (layout.Layout == "NHWC")
        {
            return sample.Length == 3 && sample[2] is 1 or 3 or 4 && ShapeFit.Of([sample[2], sample[0], sample[1]], input.Shape) is not null;
        }

        return layout.Shape is { } shape
            ? shape.Aggregate(1L, (product, extent) => product * extent) == array.Header.SampleElements
            : ShapeFit.Of(sample, input.Shape) is not null;
    }
}
