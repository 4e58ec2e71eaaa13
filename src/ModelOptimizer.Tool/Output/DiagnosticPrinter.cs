using ModelOptimizer.Diagnostics;

namespace ModelOptimizer.Tool.Output;

/// <summary>Writes diagnostics in the form that editors and CI systems understand, each once.</summary>
internal sealed class DiagnosticPrinter(Terminal terminal)
{
    private readonly HashSet<Diagnostic> _seen = [];

    public void Print(Diagnostic diagnostic)
    {
        if (_seen.Add(diagnostic))
        {
            terminal.Error.WriteLine(ShortPath.In(terminal.CurrentDirectory, diagnostic).ToString());
        }
    }
}
