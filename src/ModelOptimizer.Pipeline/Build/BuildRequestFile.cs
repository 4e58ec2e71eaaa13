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
            var text = Disk.ReadAllText(path);
            return BuildJson.Read<Spoken>(text) switch
            {
                { Protocol: BuildRequest.CurrentProtocol } => BuildJson.Read<BuildRequest>(text) is { } request && IsWhole(request)
                    ? request
                    : throw new SerializationException("A member is missing, or a path is not absolute."),
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

    // The serialiser leaves null what a file has not, and a relative path would be from wherever the tool was started.
    private static bool IsWhole(BuildRequest request)
    {
        string?[] words =
        [
            request.CacheDirectory, request.Device, request.Severity, request.RootNamespace, request.Language, request.TargetFrameworks, request.Libraries,
            request.ToolVersion,
        ];
        return Array.TrueForAll(words, word => word is not null)
            && request.Manifests?.Append(request.OutputDirectory).All(IsAbsolute) == true
            && (request.CacheDirectory.Length == 0 || IsAbsolute(request.CacheDirectory));
    }

    private static bool IsAbsolute(string? path) => path is not null && Path.IsPathFullyQualified(path) && !path.Contains('\0');

    [DataContract]
    private sealed record Spoken([property: DataMember(Name = "protocol", IsRequired = true)] int Protocol);
}
