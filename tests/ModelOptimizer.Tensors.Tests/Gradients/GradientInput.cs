using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Tests.Gradients;

/// <summary>An input of the node that is differentiated.</summary>
internal sealed record GradientInput(long[] Shape)
{
    /// <summary>The integers of a constant input; null for float data that is differentiated by.</summary>
    public long[]? Integers { get; init; }

    /// <summary>The element type of <see cref="Integers"/>: int64, int32, or bool.</summary>
    public DataType IntegerType { get; init; } = DataType.Int64;

    /// <summary>Given numbers; null draws them.</summary>
    public double[]? Values { get; init; }

    /// <summary>Float data that is a constant and not differentiated by.</summary>
    public bool IsFixed { get; init; }

    /// <summary>Whether drawn numbers are positive, between 0.5 and 2: for logarithms, roots, divisors and variances.</summary>
    public bool Positive { get; init; }

    /// <summary>An input left out by an empty name.</summary>
    public bool Absent { get; init; }

    public static GradientInput Of(params long[] shape) => new(shape);

    public static GradientInput Positives(params long[] shape) => new(shape) { Positive = true };

    public static GradientInput Given(params double[] values) => new([values.Length]) { Values = values };

    public static GradientInput Fixed(params long[] shape) => new(shape) { IsFixed = true };

    public static GradientInput Number(double value) => new([]) { Values = [value], IsFixed = true };

    public static GradientInput None { get; } = new([]) { Absent = true };

    public static GradientInput Truths(long[] shape, params long[] values) => new(shape) { Integers = values, IntegerType = DataType.Bool };

    public static GradientInput Ints(params long[] values) => new([values.Length]) { Integers = values };

    public static GradientInput IntsOf(long[] shape, params long[] values) => new(shape) { Integers = values };
}
