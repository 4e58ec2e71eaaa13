using ModelOptimizer.Methods;
using ModelOptimizer.Tool.Output;

namespace ModelOptimizer.Tool.Views;

/// <summary>The methods and their options for people.</summary>
internal static class MethodsView
{
    public static void List(Terminal terminal, IReadOnlyList<IMethod> methods)
    {
        var table = TableStyle.New().Word("method").Text("what it does").Text("paper");
        foreach (var method in methods)
        {
            table.Row(method.Name, method.Summary, method.Paper);
        }

        terminal.Tables().Write(table);
        terminal.Out.WriteLine("modelopt methods NAME lists a method's options.");
    }

    public static void Show(Terminal terminal, IMethod method)
    {
        terminal.Out.WriteLine($"{method.Name}: {method.Summary}");
        terminal.Out.WriteLine(method.Paper);
        var table = TableStyle.New().Word("option").Text("value").Word("default").Text("meaning");
        foreach (var option in method.Options)
        {
            table.Row(option.Name, option.Form.Text, option.Default?.ToString() ?? "", option.Meaning(method.Options));
        }

        terminal.Tables().Write(table);
    }
}
