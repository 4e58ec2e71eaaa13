using System.Security.Cryptography;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Methods.Sequential;

/// <summary>
/// What walks made of layers, by what was decided for each of them and for all before it: candidates of a search begin alike, and a run goes on where an
/// earlier one was interrupted, as far as the step's blobs go.
/// </summary>
/// <param name="context">The step's.</param>
/// <param name="walk">Everything that a layer depends on besides the models, the samples and the decisions.</param>
/// <param name="numbersOf">How many numbers are kept with it; no more are kept in memory than a share of what the run may take.</param>
/// <param name="write">Writes what became of a layer, for another run.</param>
internal sealed class WalkMemory<T>(StepContext context, string walk, Func<T, long> numbersOf, Action<BinaryWriter, T> write)
{
    private readonly Dictionary<string, T> _known = new(StringComparer.Ordinal);
    private readonly Lazy<(IBlobStore? Blobs, string Name)> _kept = new(() => Kept(context, walk));
    private long _numbers;

    /// <summary>What is known, or what <paramref name="make"/> gives.</summary>
    /// <param name="decided">The number of samples, and what was decided for this layer and all before it.</param>
    /// <param name="make">Solves the layer.</param>
    /// <param name="read">Reads what was written, to the bit what <paramref name="make"/> would give.</param>
    public T Find(string decided, Func<T> make, Func<BinaryReader, T> read)
    {
        if (_known.TryGetValue(decided, out var known))
        {
            return known;
        }

        var found = FromBlobs(decided, make, read);
        var numbers = numbersOf(found);
        if (_numbers + numbers <= WorkingMemory.Share / 8 / sizeof(double))
        {
            _numbers += numbers;
            _known.Add(decided, found);
        }

        return found;
    }

    private T FromBlobs(string decided, Func<T> make, Func<BinaryReader, T> read)
    {
        var (blobs, name) = _kept.Value;
        if (blobs is null)
        {
            return make();
        }

        name += decided;
        if (blobs.Find(name) is { } stored)
        {
            using var reader = new BinaryReader(new MemoryStream(stored));
            return read(reader);
        }

        var made = make();
        using var content = new MemoryStream();
        using (var writer = new BinaryWriter(content))
        {
            write(writer, made);
        }

        blobs.Add(name, content.ToArray());
        return made;
    }

    // The store knows the model that the step got, not what its outputs are to be like.
    private static (IBlobStore? Blobs, string Name) Kept(StepContext context, string walk) => context switch
    {
        { Blobs: null } or { Reference.SizeInBytes: >= int.MaxValue } => (null, ""),
        _ when ReferenceEquals(context.Reference, context.Model) => (context.Blobs, $"{walk}\n"),
        _ => (context.Blobs, $"{walk} towards {Convert.ToHexStringLower(SHA256.HashData(context.Reference.ToBytes()))}\n"),
    };
}
