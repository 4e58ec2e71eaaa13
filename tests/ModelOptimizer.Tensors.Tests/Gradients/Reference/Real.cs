namespace ModelOptimizer.Tensors.Tests.Gradients.Reference;

/// <summary>A float64 tensor, row-major: what the reference operators compute on.</summary>
internal sealed class Real(long[] shape, double[] values)
{
    public long[] Shape { get; } = shape;

    public double[] Values { get; } = values;

    public int Rank => Shape.Length;

    public static long CountOf(long[] shape) => shape.Aggregate(1L, (product, extent) => product * extent);

    public static Real Zeros(params long[] shape) => new(shape, new double[CountOf(shape)]);

    /// <summary>The element at a multi-index.</summary>
    public double this[params long[] index]
    {
        get => Values[Offset(index)];
        set => Values[Offset(index)] = value;
    }

    /// <summary>Every multi-index of a shape, in row-major order.</summary>
    public static IEnumerable<long[]> Indices(long[] shape)
    {
        var index = new long[shape.Length];
        for (var i = 0L; i < CountOf(shape); i++)
        {
            var rest = i;
            for (var axis = shape.Length - 1; axis >= 0; axis--)
            {
                index[axis] = rest % shape[axis];
                rest /= shape[axis];
            }

            yield return (long[])index.Clone();
        }
    }

    /// <summary>The element that a multi-index of the broadcast shape reads.</summary>
    public double Broadcast(long[] index)
    {
        var own = index[^Rank..];
        for (var axis = 0; axis < Rank; axis++)
        {
            own[axis] = Shape[axis] == 1 ? 0 : own[axis];
        }

        return this[own];
    }

    public Real Map(Func<double, double> function) => new(Shape, Array.ConvertAll(Values, value => function(value)));

    private long Offset(long[] index)
    {
        var offset = 0L;
        for (var axis = 0; axis < Rank; axis++)
        {
            offset = (offset * Shape[axis]) + index[axis];
        }

        return offset;
    }
}
