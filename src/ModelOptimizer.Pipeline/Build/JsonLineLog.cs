using System.Text.Json;
using ModelOptimizer.Pipeline.Reports;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>Tells the MSBuild task over a pipe, one JSON document a line.</summary>
internal sealed class JsonLineLog(TextWriter output) : IBuildLog
{
    /// <inheritdoc/>
    public void Headline(string text) => Message("high", text);

    /// <inheritdoc/>
    public void Detail(string text) => Message("normal", text);

    /// <inheritdoc/>
    public void Diagnostic(Diagnostic diagnostic)
    {
        var (severity, code, file, line, column, message) = DiagnosticDocument.Of(diagnostic);
        Write(JsonSerializer.Serialize(new DiagnosticLine("diagnostic", severity, code, file, line, column, message), BuildLineJson.Default.DiagnosticLine));
    }

    private void Message(string importance, string text) =>
        Write(JsonSerializer.Serialize(new MessageLine("message", importance, text), BuildLineJson.Default.MessageLine));

    private void Write(string line)
    {
        lock (output)
        {
            output.Write(line);
            output.Write('\n');
            output.Flush();
        }
    }
}
