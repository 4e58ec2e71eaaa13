namespace ModelOptimizer.Methods.Distillation;

/// <summary>The order of fewest multiply-adds in which neighbouring tensors are multiplied until one is left.</summary>
internal sealed class ContractionOrder
{
    private readonly MpoShape _shape;
    private readonly double[,] _cost;
    private readonly int[,] _split;

    /// <summary>Finds the order as for a chain of matrices: the best of each run of tensors from the best of its two parts.</summary>
    public ContractionOrder(MpoShape shape)
    {
        _shape = shape;
        _cost = new double[shape.Count, shape.Count];
        _split = new int[shape.Count, shape.Count];
        for (var length = 2; length <= shape.Count; length++)
        {
            for (var first = 0; first + length <= shape.Count; first++)
            {
                Choose(first, first + length - 1);
            }
        }
    }

    /// <summary>Multiply-adds of one contraction.</summary>
    public double MultiplyAdds => _cost[0, _shape.Count - 1];

    /// <summary>Multiplies everything.</summary>
    /// <param name="tensor">G_k for k from 0.</param>
    /// <param name="merge">The product of two neighbours, the left one seen as rows×bond, the right one as bond×columns.</param>
    public T Fold<T>(Func<int, T> tensor, Func<T, T, (int Rows, int Bond, int Columns), T> merge) => Fold(tensor, merge, 0, _shape.Count - 1);

    private T Fold<T>(Func<int, T> tensor, Func<T, T, (int Rows, int Bond, int Columns), T> merge, int first, int last)
    {
        if (first == last)
        {
            return tensor(first);
        }

        var split = _split[first, last];
        var extents = (_shape.Bonds[first] * Pairs(first, split), _shape.Bonds[split + 1], Pairs(split + 1, last) * _shape.Bonds[last + 1]);
        return merge(Fold(tensor, merge, first, split), Fold(tensor, merge, split + 1, last), extents);
    }

    private void Choose(int first, int last)
    {
        _cost[first, last] = double.PositiveInfinity;
        for (var split = first; split < last; split++)
        {
            var cost =
                _cost[first, split]
                + _cost[split + 1, last]
                + ((double)_shape.Bonds[first] * Pairs(first, last) * _shape.Bonds[last + 1] * _shape.Bonds[split + 1]);
            if (cost < _cost[first, last])
            {
                (_cost[first, last], _split[first, last]) = (cost, split);
            }
        }
    }

    private int Pairs(int first, int last) => _shape.Modes.Take(last + 1).Skip(first).Product();
}
