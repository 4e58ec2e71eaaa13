using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;

namespace ModelOptimizer.Pipeline.Results;

/// <summary>
/// Whether no list of what was read from JSON has null in it, which the reader lets through, whatever the types say. So a file that somebody edited is found
/// out where it is read, not where its null is used.
/// </summary>
internal static class Whole
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Members = new();

    /// <summary>Whether nothing in <paramref name="value"/>, at any depth, is null in a list.</summary>
    public static bool Is(object? value) => value switch
    {
        null or string => true,
        IEnumerable items => items.Cast<object?>().All(item => item is not null && Is(item)),
        _ when value.GetType() is { IsEnum: false } type && type.FullName!.StartsWith("ModelOptimizer.", StringComparison.Ordinal) =>
            Members.GetOrAdd(type, MembersOf).All(member => Is(member.GetValue(value))),
        _ => true,
    };

    // What is computed from the rest is not in the file.
    private static PropertyInfo[] MembersOf(Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite && property.GetIndexParameters().Length == 0)];
}
