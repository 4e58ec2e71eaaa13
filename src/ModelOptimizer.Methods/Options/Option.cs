using System.Collections;

namespace ModelOptimizer.Methods.Options;

/// <summary>The declaration of one key, of a mapping in the manifest or of a method's step: readers, schema, reference and canonical text go by it.</summary>
/// <param name="Name">The key.</param>
/// <param name="Summary">Its meaning, in a sentence or two.</param>
/// <param name="Default">What is taken when the key is absent; null when nothing is.</param>
internal abstract record Option(string Name, string Summary, Node? Default)
{
    /// <summary>What its value looks like.</summary>
    public abstract Form Form { get; }

    /// <summary>A value that messages may propose; null where there is nothing to propose.</summary>
    public string? Example { get; init; }

    /// <summary>Whether the key must be there.</summary>
    public bool IsRequired { get; init; }

    /// <summary>At most one key of a group may be given; null when the key stands alone.</summary>
    public string? ExclusiveGroup { get; init; }

    /// <summary>Keys of which one must be given too; empty when the key has a meaning by itself.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>What must hold of other options of a method's step, the first to be said first.</summary>
    public IReadOnlyList<Condition> OnlyIf { get; init; } = [];

    /// <summary>The other keys of its group.</summary>
    public IEnumerable<Option> Excludes(IEnumerable<Option> all) =>
        all.Where(other => other.Name != Name && ExclusiveGroup is not null && other.ExclusiveGroup == ExclusiveGroup);

    /// <summary>The summary, and which other keys it goes with or without.</summary>
    public string Meaning(IEnumerable<Option> all)
    {
        var others = Excludes(all).Select(other => other.Name).ToList();
        return Summary
            + (Needs.Count == 0 ? "" : $" Needs {string.Join(" or ", Needs)}.")
            + (others.Count == 0 ? "" : $" Not together with {string.Join(", ", others)}.");
    }
}

/// <summary>An <see cref="Option"/> whose value has the type <typeparamref name="T"/>; nullable where there may be none.</summary>
internal sealed record Option<T>(string Name, Form<T> Of, string Summary, Node? Default = null) : Option(Name, Summary, Default)
{
    public override Form Form => Of;

    /// <summary>The value when the key is absent.</summary>
    public T Absent => Default is null ? default! : Of.Read(Default, Name, ManifestPaths.None);

    /// <summary>What an option needs that has a meaning for some values of this one only.</summary>
    /// <param name="holds">Those values.</param>
    /// <param name="otherwise">How the error goes on behind the other option's name: why it has no meaning, and what to do.</param>
    public Condition When(Func<T, bool> holds, string otherwise) => new(arguments => holds(arguments.Get(this)), otherwise);
}

/// <summary>When an option has a meaning.</summary>
/// <param name="Holds">Whether it has, beside these values.</param>
/// <param name="Otherwise">How the error goes on behind the option's name.</param>
internal sealed record Condition(Func<MethodArguments, bool> Holds, string Otherwise)
{
    /// <summary>The error's code.</summary>
    public string Code { get; init; } = MethodCodes.OptionWithoutUse;
}

/// <summary>The keys that a mapping may have, in the order of lists.</summary>
internal sealed class KeySet : IReadOnlyList<Option>
{
    private readonly List<Option> _keys;

    public KeySet(params IEnumerable<Option> keys) => _keys = [.. keys];

    /// <summary>Keys of which at least one must be given; empty when none must.</summary>
    public IReadOnlyList<string> NeedsOneOf { get; init; } = [];

    public int Count => _keys.Count;

    public Option this[int index] => _keys[index];

    /// <summary>Appends a key and gives it back, so that it is declared in one place.</summary>
    public Option<T> Add<T>(Option<T> key)
    {
        _keys.Add(key);
        return key;
    }

    public IEnumerator<Option> GetEnumerator() => _keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
