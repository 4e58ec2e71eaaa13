using System.Reflection;
using System.Runtime.InteropServices;
using Xunit.Abstractions;

namespace ModelOptimizer.EndToEnd.Tests.Infrastructure.Together;

/// <summary>A scenario for Linux only, since it sends signals.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxScenarioAttribute : Attribute
{
    /// <summary>Whether its packages are for x64 only, too.</summary>
    public bool X64 { get; init; }

    public bool IsHere => OperatingSystem.IsLinux() && (!X64 || RuntimeInformation.ProcessArchitecture == Architecture.X64);
}

/// <summary>A scenario's name; of a text, a test's name would show no more than 50 characters.</summary>
/// <param name="text">The class and the method.</param>
public sealed class ScenarioName(string text) : IXunitSerializable
{
    public ScenarioName()
        : this("")
    {
    }

    public override string ToString() => text;

    public void Deserialize(IXunitSerializationInfo info) => text = info.GetValue<string>("text");

    public void Serialize(IXunitSerializationInfo info) => info.AddValue("text", text);
}

/// <summary>The scenarios of this project: static methods that take a place and go from step to step.</summary>
internal static class Catalogue
{
    private static readonly Dictionary<string, MethodInfo> Methods = typeof(Catalogue).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public))
        .Where(method => method.ReturnType == typeof(IEnumerable<Step>) && method.GetParameters() is [var only] && only.ParameterType == typeof(Place))
        .Where(method => method.GetCustomAttribute<LinuxScenarioAttribute>() is null or { IsHere: true })
        .ToDictionary(method => $"{method.DeclaringType!.Name}.{method.Name}");

    public static IEnumerable<string> Names => Methods.Keys.Order(StringComparer.Ordinal);

    /// <summary>Those that this run was asked for.</summary>
    public static IReadOnlySet<string> Selected { get; set; } = new HashSet<string>();

    public static IEnumerable<Step> Start(string name, Place place) => (IEnumerable<Step>)Methods[name].Invoke(null, [place])!;
}
