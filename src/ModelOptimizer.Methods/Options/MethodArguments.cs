using System.Diagnostics.CodeAnalysis;

namespace ModelOptimizer.Methods.Options;

/// <summary>A step's options with values of the types that <see cref="OptionKind"/> names, defaults filled in, and where each was written.</summary>
internal sealed class MethodArguments(IReadOnlyDictionary<string, object> values, SourcePosition? position = null, IReadOnlyDictionary<string, SourcePosition>? positions = null)
{
    /// <summary>Where the step is written.</summary>
    public SourcePosition? Position => position;

    /// <summary>All values by option name.</summary>
    public IReadOnlyDictionary<string, object> Values => values;

    /// <summary>The value of an option that has a default or was checked to be there.</summary>
    public T Get<T>(string name) => (T)values[name];

    /// <summary>The value of an option that may be absent.</summary>
    public bool TryGet<T>(string name, [MaybeNullWhen(false)] out T value)
    {
        value = values.TryGetValue(name, out var found) ? (T)found : default;
        return found is not null;
    }

    /// <summary>The value of an option, or <paramref name="absent"/>.</summary>
    public T Get<T>(string name, T absent) => TryGet<T>(name, out var value) ? value : absent;

    /// <summary>Whether a choice is <paramref name="word"/>.</summary>
    public bool Is(string name, string word) => TryGet<string>(name, out var value) && value == word;

    /// <summary>Whether an option was written, and is not just its default.</summary>
    public bool IsWritten(string name) => positions is not null && positions.ContainsKey(name);

    /// <summary>Where an option was written; the step's position when it was not.</summary>
    public SourcePosition? PositionOf(string name) => positions is not null && positions.TryGetValue(name, out var found) ? found : position;
}
