using System.Globalization;
using ModelOptimizer.Methods;
using ModelOptimizer.Methods.Options;
using Spectre.Console;

namespace ModelOptimizer.Tool.Views;

/// <summary>The methods and their options for people.</summary>
internal static class MethodsView
{
    public static void List(Terminal terminal, IReadOnlyList<ICompressionMethod> methods)
    {
        var table = TableStyle.New().Word("method").Text("what it does").Text("paper");
        foreach (var method in methods)
        {
            table.Row(method.Name, method.Summary, method.Paper);
        }

        terminal.Tables().Write(table);
        terminal.Out.WriteLine("modelopt methods NAME lists a method's options.");
    }

    public static void Show(Terminal terminal, ICompressionMethod method)
    {
        terminal.Out.WriteLine($"{method.Name}: {method.Summary}");
        terminal.Out.WriteLine(method.Paper);
        var table = TableStyle.New().Word("option").Text("value").Word("default").Text("meaning");
        foreach (var option in method.Options)
        {
            table.Row(option.Name, Value(option), option.Default ?? "", Meaning(option, method.Options));
        }

        terminal.Tables().Write(table);
    }

    private static string Value(MethodOption option) => option.Kind switch
    {
        OptionKind.Choice => string.Join(" | ", option.Choices),
        OptionKind.Number => "number" + Range(option),
        OptionKind.Integer => "whole number" + Range(option),
        OptionKind.Layers => "list of layer rules",
        OptionKind.Ranks => "16, [R_T, R_S], 50%, or a map from layer rule to one of these",
        OptionKind.Modes => "[4, 4, 8], or a map from layer rule to such a list",
        OptionKind.Shares => $"number or percentage{Range(option)}, or a map from layer rule to one",
        OptionKind.Names => "map from layer rule to layer name",
        OptionKind.Block => "stage3, or { from: TENSOR, to: TENSOR }",
        OptionKind.Certificate => "{ max-gap: 1e-4 }",
        OptionKind.Model => "path of an ONNX file",
        _ => "{ size | params | macs: 40%, allocation: sigma | uniform }",
    };

    private static string Range(MethodOption option) => (double.IsFinite(option.Minimum), double.IsFinite(option.Maximum)) switch
    {
        (true, true) => $", {Text(option.Minimum)} to {Text(option.Maximum)}",
        (true, false) => $", at least {Text(option.Minimum)}",
        (false, true) => $", at most {Text(option.Maximum)}",
        _ => "",
    };

    private static string Meaning(MethodOption option, IReadOnlyList<MethodOption> all)
    {
        var others = all.Where(other => other != option && option.ExclusiveGroup is not null && other.ExclusiveGroup == option.ExclusiveGroup).Select(other => other.Name).ToList();
        return others.Count == 0 ? option.Summary : $"{option.Summary} Not together with {string.Join(", ", others)}.";
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
