namespace ModelOptimizer.Tensors.Training;

/// <summary>
/// The order in which samples are drawn: every epoch is a permutation of all of them, by Fisher–Yates with <see cref="Random"/> of a seed, whose numbers are the same on every
/// machine. Batches are full; one that reaches beyond an epoch takes the rest from the next.
/// </summary>
internal sealed class SampleOrder
{
    private readonly int[] order;
    private readonly Random random;
    private int used;

    public SampleOrder(int count, int seed)
    {
        order = [.. Enumerable.Range(0, count)];
        random = new Random(seed);
        Shuffle();
    }

    /// <summary>Draws as many samples as <paramref name="batch"/> has room for.</summary>
    public void Draw(Span<int> batch)
    {
        for (var i = 0; i < batch.Length; i++)
        {
            if (used == order.Length)
            {
                Shuffle();
            }

            batch[i] = order[used++];
        }
    }

    /// <summary>Goes on as if <paramref name="samples"/> had been drawn.</summary>
    public void Skip(long samples)
    {
        for (; samples > order.Length - used; samples -= order.Length - used, Shuffle())
        {
        }

        used += (int)samples;
    }

    private void Shuffle()
    {
        for (var last = order.Length - 1; last > 0; last--)
        {
            var other = random.Next(last + 1);
            (order[last], order[other]) = (order[other], order[last]);
        }

        used = 0;
    }
}
