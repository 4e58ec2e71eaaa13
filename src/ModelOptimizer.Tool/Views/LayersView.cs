using ModelOptimizer.Pipeline.Inspection;
using ModelOptimizer.Pipeline.Reports;
using Spectre.Console;

namespace ModelOptimizer.Tool.Views;

/// <summary>A model's layers for people.</summary>
internal static class LayersView
{
    public static void Write(IAnsiConsole console, string directory, ModelInspection model)
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

        console.Write(table);
        console.Write(new Text(
            $"{ShortPath.From(directory, model.Model)}: {model.Layers.Count} layers, {Figures.Count(model.Parameters)} params, {Figures.Count(model.Macs)} MACs, {Figures.Bytes(model.Bytes)}\n"));
        if (model.MacsUnknown is { } reason)
        {
            console.Write(new Text($"MACs are not known: {reason}\n"));
        }
    }

    private static string Weight(LayerInspection layer) =>
        string.Join('×', layer.WeightShape) + (layer.ElementType == "float" ? "" : " " + layer.ElementType);
}
