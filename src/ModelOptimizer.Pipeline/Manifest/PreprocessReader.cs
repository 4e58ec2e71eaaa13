using ModelOptimizer.Pipeline.Manifest.Declarations.Keys;
using ModelOptimizer.Pipeline.Manifest.Yaml;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Reads <c>preprocess:</c>.</summary>
internal static class PreprocessReader
{
    public static PreprocessPlan Read(Node node)
    {
        var section = new Section(node, "'preprocess'", PreprocessKeys.Section);
        var mean = Numbers(section.OrDefault(PreprocessKeys.Mean), "mean");
        var std = Numbers(section.OrDefault(PreprocessKeys.Std), "std");
        if (section[PreprocessKeys.Std] is ListNode list && list.Items.FirstOrDefault(item => item.AsNumber("std") == 0) is { } zero)
        {
            throw new DiagnosticException(ManifestCodes.BadValue, "'std' must not be 0: values are divided by it.", zero.Position);
        }

        if (mean.Length > 1 && std.Length > 1 && mean.Length != std.Length)
        {
            throw new DiagnosticException(ManifestCodes.Conflict, $"'mean' has {mean.Length} numbers and 'std' has {std.Length}. Give each one number, or one for every channel.", section.KeyPosition(PreprocessKeys.Std));
        }

        return new PreprocessPlan
        {
            Scale = Scale(section.OrDefault(PreprocessKeys.Scale)),
            Mean = mean,
            Std = std,
            Layout = section.ChoiceOrDefault(PreprocessKeys.Layout),
            Shape = section[PreprocessKeys.Shape] is { } shape ? Shape(shape) : null,
        };
    }

    private static double Scale(Node node)
    {
        const string Expected = "a number such as 0.5, or a ratio such as 1/255";
        var parts = node.AsScalar("scale", Expected).Text.Split('/');
        if (parts.Length > 2 || !NodeValues.TryNumber(parts[0].Trim(), out var value))
        {
            throw NodeValues.WrongType(node, "scale", Expected);
        }

        if (parts.Length == 2)
        {
            value = NodeValues.TryNumber(parts[1].Trim(), out var divisor) ? value / divisor : throw NodeValues.WrongType(node, "scale", Expected);
        }

        return double.IsFinite(value) && value != 0
            ? value
            : throw new DiagnosticException(ManifestCodes.BadValue, $"'scale' must be a finite number other than 0; found {node.Describe()}.", node.Position);
    }

    private static double[] Numbers(Node node, string what)
    {
        const string Example = "[0.485, 0.456, 0.406], or [0.5] for all channels";
        var items = node.AsList(what, Example).Items;
        return items.Count > 0
            ? [.. items.Select(item => item.AsNumber(what))]
            : throw new DiagnosticException(ManifestCodes.BadValue, $"'{what}' is empty. Write a list such as {Example}.", node.Position);
    }

    private static long[] Shape(Node node)
    {
        const string Example = "[1, 28, 28]";
        var items = node.AsList("shape", Example).Items;
        return items.Count > 0
            ? [.. items.Select(item => (long)item.AsInteger("shape", 1))]
            : throw new DiagnosticException(ManifestCodes.BadValue, $"'shape' is empty. Write the shape of one sample, such as {Example}.", node.Position);
    }
}
