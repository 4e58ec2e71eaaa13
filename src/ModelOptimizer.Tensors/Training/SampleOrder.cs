namespace ModelOptimizer.Tensors.Training;

/// <summary>
/// The order in which samples are drawn: every epoch is a permutation of those that are trained on, by Fisher–Yates with <see cref="Random"/> of a seed, whose
/// numbers are the same on every machine. Batches are full; one that reaches beyond an epoch takes the rest from the next.
/// </summary>
internal sealed class SampleOrder
{
    private readonly int[] _order;
    private readonly Random _random;
    private int _used;

    public SampleOrder(int[] samples, int seed)
    {
        _order = samples;
        _random = new Random(seed);
        Shuffle();
    }

    /// <summary>Draws as many samples as <paramref name="batch"/> has room for.</summary>
    public void Draw(Span<int> batch)
    {
        for (var i = 0; i < batch.Length; i++)
        {
            if (_used == _order.Length)
            {
                Shuffle();
            }

            batch[i] = _order[_used++];
        }
    }

    /// <summary>Goes on as if <paramref name="samples"/> had been drawn.</summary>
    public void Skip(long samples)
    {
        for (; samples > _order.Length - _used; samples -= _order.Length - _used, Shuffle())
        {
        }

        _used += (int)samples;
    }

    private void Shuffle()
    {
        for (var last = _order.Length - 1; last > 0; last--)
        {
            var other = _random.Next(last + 1);
            (_order[last], _order[other]) = (_order[other], _order[last]);
        }

        _used = 0;
    }
}
