namespace ModelOptimizer.Tensors.Tests.Gradients;

/// <summary>An input of the node that is differentiated.</summary>
internal sealed record GradientInput(long[] Shape)
{
    /// <summary>The integers of a constant int64 input; null for float data that is differentiated by.</summary>
    public long[]? Integers { get; init; }

    /// <summary>Given numbers; null draws them.</summary>
    public double[]? Values { get; init; }

    /// <summary>Float data that is a constant and not differentiated by.</summary>
    public bool IsFixed { get; init; }

    /// <summary>Whether drawn numbers are positive, between 0.5 and 2: for logarithms, roots, divisors and variances.</summary>
    public bool Positive { get; init; }

    /// <summary>An input left out by an empty name.</summary>
    public bool Absent { get; init; }

    public static GradientInput Of(params long[] shape) => new(shape);

    public static GradientInput Ints(params long[] values) => new([values.Length]) { Integers = values };
}
