using System.Globalization;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Manifest.Declarations.Keys;

namespace ModelOptimizer.Pipeline.Initialization;

/// <summary>A usual preprocessing, and how a manifest writes it.</summary>
internal sealed record PreprocessChoice(PreprocessPlan Plan, string Text)
{
    private const string Scale = "scale: 1/255";

    /// <summary>What is usual for such an array, the most likely first.</summary>
    public static IReadOnlyList<PreprocessChoice> For(DataArray array, PreprocessPlan layout)
    {
        var scaled = layout with { Scale = 1.0 / 255 };
        var raw = new PreprocessChoice(layout, "");
        var bytes = new PreprocessChoice(scaled, Scale);
        if (array.Header.Format is not { Kind: ElementKind.Unsigned, Width: 1 })
        {
            return [raw, bytes];
        }

        var centred = new PreprocessChoice(scaled with { Mean = [0.5], Std = [0.5] }, $"{Scale}, mean: [0.5], std: [0.5]");
        var photos = new PreprocessChoice(scaled with { Mean = [0.485, 0.456, 0.406], Std = [0.229, 0.224, 0.225] }, $"{Scale}, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]");
        var hasColours = array.Header.SampleShape is [3, ..] or [.., 3];
        return hasColours ? [bytes, photos, centred, raw] : [bytes, centred, raw];
    }

    /// <summary>The value of <c>preprocess:</c>, layout included; empty when nothing is done.</summary>
    public string Mapping
    {
        get
        {
            string[] parts =
            [
                .. Text.Length > 0 ? [Text] : Array.Empty<string>(),
                .. Plan.Layout != PreprocessKeys.Layout.Default ? [$"layout: {Plan.Layout}"] : Array.Empty<string>(),
                .. Plan.Shape is { } shape ? [$"shape: [{string.Join(", ", shape.Select(extent => extent.ToString(CultureInfo.InvariantCulture)))}]"] : Array.Empty<string>(),
            ];
            return parts.Length == 0 ? "" : $"{{ {string.Join(", ", parts)} }}";
        }
    }

    /// <summary>For people.</summary>
    public string Words => Text.Length == 0 ? "values as they are" : $"'{Text}'";
}
