namespace ModelOptimizer.Methods.Options;

/// <summary>The values of a step's options, and where each was written.</summary>
internal sealed class MethodArguments(
    IReadOnlyDictionary<string, object> values,
    SourcePosition? position = null,
    IReadOnlyDictionary<string, SourcePosition>? positions = null)
{
    /// <summary>Where the step is written.</summary>
    public SourcePosition? Position => position;

    /// <summary>All values by option name.</summary>
    public IReadOnlyDictionary<string, object> Values => values;

    /// <summary>What is written in <paramref name="section"/>, with the defaults of what is not, but for those that something written excludes.</summary>
    /// <param name="options">The method's.</param>
    /// <param name="section">The step.</param>
    /// <exception cref="DiagnosticException">A value is not as declared, or has no meaning beside the others.</exception>
    public static MethodArguments Read(IReadOnlyList<Option> options, Section section)
    {
        var written = section.InOrder.Where(options.Contains).ToDictionary(option => option.Name, option => section.Value(option)!, StringComparer.Ordinal);
        return Of(options, written, section.Position, written.Keys.ToDictionary(name => name, section.KeyPosition, StringComparer.Ordinal));
    }

    /// <inheritdoc cref="Read"/>
    public static MethodArguments Of(
        IReadOnlyList<Option> options,
        IReadOnlyDictionary<string, object> written,
        SourcePosition? position,
        IReadOnlyDictionary<string, SourcePosition> positions)
    {
        bool IsDecided(Option option) => option.Excludes(options).Append(option).Any(other => written.ContainsKey(other.Name));
        var absent = options.Where(option => option.Default is not null && !IsDecided(option))
            .Select(option => KeyValuePair.Create(option.Name, option.Form.Value(option.Default!, option.Name, ManifestPaths.None)!));
        var all = written.Concat(absent);
        var arguments = new MethodArguments(all.ToDictionary(StringComparer.Ordinal), position, positions);
        foreach (var option in options.Where(option => written.ContainsKey(option.Name)))
        {
            if (option.OnlyIf.FirstOrDefault(condition => !condition.Holds(arguments)) is { } broken)
            {
                throw new DiagnosticException(broken.Code, $"'{option.Name}' {broken.Otherwise}", arguments.PositionOf(option.Name));
            }
        }

        return arguments;
    }

    /// <summary>The value of an option; what its declaration says when it was not written.</summary>
    public T Get<T>(Option<T> option) => values.TryGetValue(option.Name, out var found) ? (T)found : option.Absent;

    /// <summary>Whether an option was written, and is not just its default.</summary>
    public bool IsWritten(string name) => positions is not null && positions.ContainsKey(name);

    /// <summary>Where an option was written; the step's position when it was not.</summary>
    public SourcePosition? PositionOf(string name) => positions is not null && positions.TryGetValue(name, out var found) ? found : position;
}
