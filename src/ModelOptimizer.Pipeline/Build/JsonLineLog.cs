namespace ModelOptimizer.Pipeline.Build;

/// <summary>Tells the MSBuild task over a pipe, one JSON document a line.</summary>
internal sealed class JsonLineLog(TextWriter output) : IBuildLog
{
    /// <inheritdoc/>
    public void Headline(string text) => Message(ToolMessage.High, text);

    /// <inheritdoc/>
    public void Detail(string text) => Message(ToolMessage.Normal, text);

    /// <inheritdoc/>
    public void Diagnostic(Diagnostic diagnostic) => Write(BuildJson.Write(ToolDiagnostic.Of(diagnostic) with { Type = ToolDiagnostic.LineType }));

    private void Message(string importance, string text) => Write(BuildJson.Write(new ToolMessage(ToolMessage.LineType, importance, text)));

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
