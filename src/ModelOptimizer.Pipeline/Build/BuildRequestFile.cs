using System.Runtime.Serialization;

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
            // The version first: another one may have other members.
            var text = File.ReadAllText(path);
            return BuildJson.Read<Spoken>(text) switch
            {
                { Protocol: BuildRequest.CurrentProtocol } => BuildJson.Read<BuildRequest>(text)!,
                { Protocol: var other } => throw new DiagnosticException(
                    BuildCodes.Request,
                    $"This modelopt speaks protocol {BuildRequest.CurrentProtocol}, the build task asked in protocol {other}. Task and tool must come from one "
                        + "ModelOptimizer.Build package: delete the project's obj folder, restore and build again.",
                    place),
                null => throw new SerializationException("The document is null."),
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SerializationException)
        {
            throw new DiagnosticException(
                BuildCodes.Request,
                $"The build's request cannot be read: {exception.Message} It is written by the build task; `modelopt compress` is the command for people.",
                place,
                exception
            );
        }
    }

    [DataContract]
    private sealed record Spoken([property: DataMember(Name = "protocol", IsRequired = true)] int Protocol);
}
