using ModelOptimizer.Pipeline.Inspection;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Tool.Output;
using Spectre.Console;

namespace ModelOptimizer.Tool.Views;

/// <summary>A model's layers for people.</summary>
internal static class LayersView
{
    public static void Write(Terminal terminal, ModelInspection model)
    {
        if (model.Layers.Count > 0)
        {
            terminal.Tables().Write(Table(model));
        }

        terminal.Out.WriteLine(
            $"{ShortPath.From(terminal.CurrentDirectory, model.Model)}: {Layers(model.Layers.Count)}, {Figures.Count(model.Parameters)} params, "
                + $"{Figures.Count(model.Macs)} MACs{SampleText.Of(model.Samples)}, {Figures.Bytes(model.Bytes)}"
        );
        if (model.MacsUnknown is { } reason)
        {
            terminal.Out.WriteLine($"MACs are not known: {reason}");
        }
    }

    private static Table Table(ModelInspection model)
    {
        var table = TableStyle.New().Text("layer").Word("operator").Number("weight").Number("params").Number("MACs").Text("can be compressed by");
        foreach (var layer in model.Layers)
        {
            table.Row(
                layer.Name,
                $"{layer.Operator} {layer.Window}".TrimEnd(),
                Weight(layer),
                Figures.Count(layer.Parameters),
                Figures.Count(layer.Macs),
                layer.Obstacle is { } obstacle ? $"nothing: {obstacle}" : string.Join(", ", layer.Methods));
        }

        return table;
    }

    private static string Layers(int count) => count switch
    {
        0 => "no layers with weights",
        1 => "1 layer",
        _ => $"{count} layers",
    };

    private static string Weight(LayerInspection layer) =>
        string.Join('×', layer.WeightShape) + (layer.ElementType is "float" or "undefined" ? "" : " " + layer.ElementType);
}

/// <summary>What one sample is, where the file leaves that open.</summary>
internal static class SampleText
{
    /// <summary><c> for x 1×3×224×224</c>; nothing where the file says it.</summary>
    public static string Of(IReadOnlyDictionary<string, long[]> samples) => samples.Count == 0
        ? ""
        : $" for {string.Join(", ", samples.Select(input => $"{input.Key} {string.Join('×', input.Value)}"))}";
}
