namespace ModelOptimizer.Methods.Sequential;

/// <summary>What earlier walks made of layers, by what was decided for each of them and for all before it: candidates of a search begin alike.</summary>
/// <param name="numbersOf">How many numbers are kept with it; no more are kept than a model of some size has.</param>
internal sealed class WalkMemory<T>(Func<T, long> numbersOf)
{
    private const long MostNumbers = 125_000_000;

    private readonly Dictionary<string, T> _known = new(StringComparer.Ordinal);
    private long _numbers;

    /// <summary>What is known, or what <paramref name="make"/> gives.</summary>
    public T Find(string decided, Func<T> make)
    {
        if (_known.TryGetValue(decided, out var known))
        {
            return known;
        }

        var made = make();
        var numbers = numbersOf(made);
        if (_numbers + numbers <= MostNumbers)
        {
            _numbers += numbers;
            _known.Add(decided, made);
        }

        return made;
    }
}
