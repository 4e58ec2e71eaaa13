using ModelOptimizer.Pipeline.Inspection;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Tool.Output;
using Spectre.Console;

namespace ModelOptimizer.Tool.Views;

/// <summary>A model's blocks for people.</summary>
internal static class BlocksView
{
    public static void Write(Terminal terminal, ModelBlocks model)
    {
        if (model.Blocks.Count > 0)
        {
            terminal.Tables().Write(Table(model));
        }

        terminal.Out.WriteLine(
            $"{ShortPath.From(terminal.CurrentDirectory, model.Model)}: {Blocks(model.Blocks.Count)}, {Figures.Count(model.Parameters)} params, "
                + $"{Figures.Count(model.Macs)} MACs{SampleText.Of(model.Samples)}"
        );
        if (model.ShapesUnknown is { } reason)
        {
            terminal.Out.WriteLine($"Blocks are told by shapes, which are not known: {reason}");
        }
    }

    private static Table Table(ModelBlocks model)
    {
        var table = TableStyle.New().Text("block").Text("from").Text("to").Number("input").Number("output").Number("params").Number("MACs");
        foreach (var block in model.Blocks)
        {
            table.Row(
                block.Name,
                block.From,
                block.To,
                Shape(block.InputShape),
                Shape(block.OutputShape),
                Figures.Count(block.Parameters),
                Figures.Count(block.Macs)
            );
        }

        return table;
    }

    private static string Blocks(int count) => count switch
    {
        0 => "no blocks with weights",
        1 => "1 block",
        _ => $"{count} blocks",
    };

    // Of one sample.
    private static string Shape(IReadOnlyList<long> shape) => string.Join('×', shape.Skip(1));
}
