using System.Runtime.Serialization;
using ModelOptimizer.Build.State;

namespace ModelOptimizer.Build.Tool;

/// <summary>One line that the tool wrote: a message or a diagnostic.</summary>
[DataContract]
internal sealed class ToolLine
{
    public const string MessageType = "message";

    public const string DiagnosticType = "diagnostic";

    [DataMember(Name = "type")]
    public string? Type { get; set; }

    [DataMember(Name = "importance")]
    public string? Importance { get; set; }

    [DataMember(Name = "text")]
    public string? Text { get; set; }

    /// <summary>The line read as a diagnostic; null when it is none.</summary>
    public ToolDiagnostic? Diagnostic { get; private set; }

    /// <summary>Reads a line; null for text that is not of the protocol, such as a stray line of a library.</summary>
    public static ToolLine? Parse(string line)
    {
        // Anything that looks like "x error : y" must stay text, whatever a library prints.
        if (!line.StartsWith("{", StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            var read = Json.Read<ToolLine>(line);
            if (read?.Type == DiagnosticType)
            {
                read.Diagnostic = Json.Read<ToolDiagnostic>(line);
            }

            return read?.Type is MessageType or DiagnosticType ? read : null;
        }
        catch (SerializationException)
        {
            return null;
        }
    }
}
