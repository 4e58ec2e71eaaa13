using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using ModelOptimizer.Build.State;

namespace ModelOptimizer.Build.Tool;

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
            case { } message:
                log.LogMessage(ImportanceOf(message.Importance), "{0}", message.Text ?? "");
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
        Diagnostic(new ToolDiagnostic { Severity = ToolDiagnostic.Error, Code = code, Message = message });

    private static MessageImportance ImportanceOf(string? importance) => importance switch
    {
        "high" => MessageImportance.High,
        "low" => MessageImportance.Low,
        _ => MessageImportance.Normal,
    };
}
