using System.Reflection;

namespace ModelOptimizer.Pipeline.Results;

/// <summary>Which build of the product this is.</summary>
internal static class ToolIdentity
{
    /// <summary>The informational version.</summary>
    public static string Version { get; } =
        typeof(ToolIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>
    /// Version and module identity: equal only for the very same binaries. A developer's rebuild of changed code keeps the version, but must not hit old
    /// results.
    /// </summary>
    public static string Build { get; } = string.Join(' ', new[] { typeof(ToolIdentity), typeof(IMethod), typeof(Engine), typeof(Onnx.OnnxModel) }
        .Select(type => type.Module.ModuleVersionId.ToString("N"))
        .Prepend(Version));
}
