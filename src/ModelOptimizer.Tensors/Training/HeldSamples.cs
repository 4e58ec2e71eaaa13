using System.Runtime.InteropServices;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Tensors.Training;

/// <summary>Samples that show how good a training is, as full batches.</summary>
/// <param name="Samples">Those that are kept from the training; none where it has too few to do without some, and is looked at on its own.</param>
/// <param name="Batches">Everything that the graph takes, for each batch.</param>
internal sealed record HeldSamples(IReadOnlySet<int> Samples, IReadOnlyList<IReadOnlyDictionary<string, HostTensor>> Batches)
{
    private const int Part = 8;
    private const int Most = 512;
    private const int Least = 64;

    /// <summary>
    /// Which of <paramref name="count"/> samples are held: an eighth, 512 at most; none of fewer than 64. They are spread by multiples of the golden ratio,
    /// which keeps step with no order that samples may have, such as classes in turn.
    /// </summary>
    public static int[] Of(int count)
    {
        const double GoldenRatio = 0.6180339887498949;
        var held = new SortedSet<int>();
        for (var i = 1; held.Count < (count < Least ? 0 : Math.Min(Most, count / Part)); i++)
        {
            held.Add((int)(count * (i * GoldenRatio % 1)));
        }

        return [.. held];
    }

    /// <summary>Mean loss over the batches.</summary>
    public double Loss(Trainer trainer) => Batches.Average(trainer.Loss);
}

/// <summary>The losses on held samples so far, and the best weights.</summary>
/// <param name="slack">Weights behind the start replace it where their loss is below so many times its own.</param>
internal sealed class HeldLooks(double slack)
{
    private readonly List<(long Step, float Loss)> _losses = [];

    /// <summary>The loss by step.</summary>
    public IReadOnlyList<(long Step, float Loss)> Losses => _losses;

    /// <summary>The steps before the best weights.</summary>
    public long BestStep { get; private set; }

    /// <summary>The best weights; null where nothing was looked at.</summary>
    public float[]? Best { get; private set; }

    /// <summary>Looks at the weights as they are now.</summary>
    public void Look(HeldSamples? held, Trainer trainer)
    {
        if (held is null)
        {
            return;
        }

        var loss = (float)held.Loss(trainer);
        // Nothing is many times zero: a start without a loss.
        var isFreed = BestStep == 0 && double.IsPositiveInfinity(slack);
        if (Best is null || isFreed || loss < (BestStep == 0 ? slack : 1) * _losses.Find(look => look.Step == BestStep).Loss)
        {
            (BestStep, Best) = (trainer.Steps, trainer.Vector());
        }

        _losses.Add((trainer.Steps, loss));
    }

    /// <summary>Everything as bytes, for <see cref="Restore"/>.</summary>
    public byte[] Save() =>
    [
        .. BitConverter.GetBytes(_losses.Count),
        .. _losses.SelectMany(look => (byte[])[.. BitConverter.GetBytes(look.Step), .. BitConverter.GetBytes(look.Loss)]),
        .. BitConverter.GetBytes(BestStep),
        .. MemoryMarshal.AsBytes<float>(Best ?? []),
    ];

    /// <summary>What was saved, cut off from what follows it.</summary>
    public static HeldLooks Restore(ref ReadOnlySpan<byte> bytes, int parameters, double slack)
    {
        var looks = new HeldLooks(slack);
        var count = BitConverter.ToInt32(bytes);
        bytes = bytes[sizeof(int)..];
        for (var i = 0; i < count; i++)
        {
            looks._losses.Add((BitConverter.ToInt64(bytes), BitConverter.ToSingle(bytes[sizeof(long)..])));
            bytes = bytes[(sizeof(long) + sizeof(float))..];
        }

        looks.BestStep = BitConverter.ToInt64(bytes);
        bytes = bytes[sizeof(long)..];
        if (count > 0)
        {
            looks.Best = MemoryMarshal.Cast<byte, float>(bytes[..(parameters * sizeof(float))]).ToArray();
            bytes = bytes[(parameters * sizeof(float))..];
        }

        return looks;
    }
}
