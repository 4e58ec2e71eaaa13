using System.Runtime.Serialization;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ModelOptimizer.Build;

/// <summary>Puts what the tool says into the build's log.</summary>
internal sealed class ToolLog(TaskLoggingHelper log)
{
    /// <summary>Whether the tool reported an error.</summary>
    public bool SawError { get; private set; }

    public void Line(string text)
    {
        switch (ToolLine.Parse(text))
        {
            case { Diagnostic: { } diagnostic }:
                Diagnostic(diagnostic);
                break;
            case { Message: { } message }:
                log.LogMessage(message.Importance == ToolMessage.High ? MessageImportance.High : MessageImportance.Normal, "{0}", message.Text);
                break;
            default:
                log.LogMessage(MessageImportance.Low, "{0}", text);
                break;
        }
    }

    public void Diagnostic(ToolDiagnostic diagnostic)
    {
        // Through "{0}": the text is data, and may hold braces.
        object[] text = [diagnostic.Message];
        var (file, line, column) = (diagnostic.File, diagnostic.Line, diagnostic.Column);
        switch (diagnostic.Severity)
        {
            case ToolDiagnostic.Error:
                SawError = true;
                log.LogError(null, diagnostic.Code, null, file, line, column, 0, 0, "{0}", text);
                break;
            case ToolDiagnostic.Warning:
                log.LogWarning(null, diagnostic.Code, null, file, line, column, 0, 0, "{0}", text);
                break;
            default:
                log.LogMessage(null, diagnostic.Code, null, file, line, column, 0, 0, MessageImportance.Normal, "{0}", text);
                break;
        }
    }

    public void Error(string code, string message) =>
        Diagnostic(new ToolDiagnostic(ToolDiagnostic.Error, code, "", 0, 0, message));

    public void Warning(string code, string message) =>
        Diagnostic(new ToolDiagnostic(ToolDiagnostic.Warning, code, "", 0, 0, message));
}

/// <summary>A line that the tool wrote: one of the two.</summary>
internal sealed record ToolLine(ToolMessage? Message, ToolDiagnostic? Diagnostic)
{
    /// <summary>
    /// Reads a line; null for text that is not of the contract. Anything that looks like "x error : y" stays text, whatever a library prints.
    /// </summary>
    public static ToolLine? Parse(string line)
    {
        if (!line.StartsWith(BuildContract.LineStart, StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            return BuildJson.Read<ToolMessage>(line) switch
            {
                { Type: ToolDiagnostic.LineType } => new ToolLine(null, BuildJson.Read<ToolDiagnostic>(line)),
                { Type: ToolMessage.LineType, Text: not null } message => new ToolLine(message, null),
                _ => null,
            };
        }
        catch (SerializationException)
        {
            return null;
        }
    }
}
