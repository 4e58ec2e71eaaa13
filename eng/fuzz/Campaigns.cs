using ModelOptimizer.Fuzz.Subjects;

namespace ModelOptimizer.Fuzz;

/// <summary>The kinds of input.</summary>
internal static class Campaigns
{
    public static IReadOnlyList<Func<Subject>> Kinds { get; } =
    [
        () => new Models(native: false),
        () => new Manifests(),
        () => new Data(),
        () => new Locks(),
        () => new CacheEntries(),
        () => new EarlierReports(),
        () => new Builds(),
        () => new Projects(),
        () => new Evaluators(),
        () => new Initialisations(),
    ];

    /// <summary>The kind called <paramref name="name"/>.</summary>
    public static Subject Kind(string name) => name switch
    {
        // Only when asked for by name: what is wrong with them may end the process.
        "native" => new Models(native: true),
        "compress" => new Compressions(),
        _ => Kinds.Select(made => made()).FirstOrDefault(subject => subject.Name == name)
            ?? throw new ArgumentException($"there is no kind '{name}'", nameof(name)),
    };
}
