using System.Runtime.InteropServices;
using ModelOptimizer.Onnx;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Tensors.Statistics;

/// <summary>Moments: the first in memory, and what is more in a file that goes when it is closed.</summary>
/// <param name="mostInMemory">Bytes.</param>
internal sealed class KeptMoments(long mostInMemory)
{
    private readonly Dictionary<MomentKey, (PackedMoment Moment, long Offset)> _known = [];
    private FileStream? _file;
    private long _inMemory;

    /// <summary>The moment of a key that was added; read anew where it is in the file.</summary>
    public PackedMoment this[MomentKey key] => _known[key] is var (moment, offset) && offset < 0 ? moment : moment.With(Read(moment, offset));

    /// <summary>Whether a key was added.</summary>
    public bool Contains(MomentKey key) => _known.ContainsKey(key);

    /// <summary>Adds a moment.</summary>
    public void Add(MomentKey key, PackedMoment moment)
    {
        if (moment.IsSpan || _inMemory + moment.Bytes <= mostInMemory)
        {
            _inMemory += moment.Bytes;
            _known.Add(key, (moment, -1));
            return;
        }

        _file ??= Disk.Open(
            TemporaryFiles.NewPath(),
            new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose });
        _file.Position = _file.Length;
        _known.Add(key, (moment.With([]), _file.Position));
        foreach (var numbers in moment.Numbers)
        {
            Each(numbers, bytes => _file.Write(bytes));
        }
    }

    private float[][] Read(PackedMoment moment, long offset)
    {
        _file!.Position = offset;
        var groups = moment.NewNumbers();
        foreach (var numbers in groups)
        {
            Each(numbers, bytes => _file.ReadExactly(bytes));
        }

        return groups;
    }

    // As bytes an array may be more than one span has.
    private static void Each(float[] numbers, Action<Span<byte>> act)
    {
        const int Most = 1 << 24;
        for (var first = 0; first < numbers.Length; first += Most)
        {
            act(MemoryMarshal.AsBytes(numbers.AsSpan(first, Math.Min(Most, numbers.Length - first))));
        }
    }
}
