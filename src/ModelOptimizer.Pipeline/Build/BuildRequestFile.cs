using System.Text.Json;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>Reads <c>request.json</c>.</summary>
internal static class BuildRequestFile
{
    /// <summary>The request in <paramref name="path"/>.</summary>
    /// <exception cref="DiagnosticException">It cannot be read, or speaks another protocol (MOC5111).</exception>
    public static BuildRequest Read(string path)
    {
        var place = new SourcePosition(path);
        try
        {
            var request = JsonSerializer.Deserialize(File.ReadAllBytes(path), BuildJson.Default.BuildRequest)
                ?? throw new JsonException("The document is null.");
            return request.Protocol == BuildRequest.CurrentProtocol
                ? request
                : throw new DiagnosticException(
                    BuildCodes.Request,
                    $"This modelopt speaks protocol {BuildRequest.CurrentProtocol}, the build task asked in protocol {request.Protocol}. Task and tool must come from one ModelOptimizer.Build package: delete the project's obj folder, restore and build again.",
                    place);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new DiagnosticException(BuildCodes.Request, $"The build's request cannot be read: {exception.Message} It is written by the build task; `modelopt compress` is the command for people.", place, exception);
        }
    }
}
